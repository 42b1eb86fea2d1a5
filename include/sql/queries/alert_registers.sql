-- Run by alerts: registers with a sign that was not reported before, by sign. One that goes on is reported once; after it was
-- cured it is reported again.
with reported as (
    select
        alert.organization_inn,
        one.alert -> 'details' ->> 'sign' as sign,
        episode.name as episode
    from control.alert
    cross join lateral jsonb_array_elements(alert.payload -> 'alerts') as one (alert)
    cross join lateral jsonb_array_elements_text(one.alert -> 'details' -> 'episodes') as episode (name)
    where
        alert.organization_inn = coalesce(%(inn)s, alert.organization_inn)
        and alert.day < %(day)s
        and one.alert ->> 'kind' = 'register'
)

select
    signs.organization_inn,
    signs.sign,
    count(*) as count,
    min(signs.since) as since,
    (array_agg(signs.name order by signs.since, signs.kkt_reg_id))[1:3] as names,
    array_agg(signs.kkt_reg_id || ' ' || signs.episode order by signs.kkt_reg_id) as episodes
from control.register_signs(%(now)s, %(inn)s) as signs
where
    signs.sign <> 'unknown'
    and not exists (
        select from reported
        where
            reported.organization_inn = signs.organization_inn
            and reported.sign = signs.sign
            and reported.episode = signs.kkt_reg_id || ' ' || signs.episode
    )
group by signs.organization_inn, signs.sign
order by
    signs.organization_inn,
    array_position(
        array['drive_replace', 'drive_memory_full', 'open_shift', 'silent', 'not_sent', 'drive_exhausted'], signs.sign
    )
