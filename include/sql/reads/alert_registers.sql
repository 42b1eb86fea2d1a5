-- Run by alerts: registers with a sign that was not reported before, by sign. A sign is reported to a recipient
-- again only after it was cured. A shift that is open is reported each time, because its cash is not in the books.
with new_sign as (
    select
        signs.*,
        row_number() over (
            partition by signs.organization_inn, signs.sign, signs.kkt_reg_id
            order by signs.since
        ) as of_register
    from control.register_signs(%(now)s, %(inn)s) as signs
    where
        signs.sign <> 'unknown'
        and (
            signs.sign = 'open_shift'
            or not exists (
                select from control.register_episode
                where
                    register_episode.organization_inn = signs.organization_inn
                    and register_episode.recipient = %(recipient)s
                    and register_episode.sign = signs.sign
                    and register_episode.episode = signs.kkt_reg_id || ' ' || signs.episode
                    and register_episode.cured_at is null
                    and register_episode.reported_on < %(day)s
            )
        )
)

select
    organization_inn,
    sign,
    count(*) filter (where of_register = 1) as count,
    min(since) as since,
    (array_agg(name order by since, kkt_reg_id) filter (where of_register = 1))[1:3] as names,
    array_agg(kkt_reg_id || ' ' || episode order by kkt_reg_id, since) as episodes
from new_sign
group by organization_inn, sign
order by
    organization_inn,
    array_position(
        array['drive_replace', 'drive_memory_full', 'open_shift', 'silent', 'not_sent', 'drive_exhausted'], sign
    )
