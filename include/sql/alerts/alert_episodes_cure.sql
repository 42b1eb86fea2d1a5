-- Run by alerts each time, whether or not anything is sent: mark signs that registers no longer have as cured.
update control.register_episode
set cured_at = %(now)s
where
    register_episode.cured_at is null
    and register_episode.organization_inn = coalesce(%(inn)s, register_episode.organization_inn)
    and not exists (
        select from control.register_signs(%(now)s, %(inn)s) as signs
        where
            signs.organization_inn = register_episode.organization_inn
            and signs.sign = register_episode.sign
            and signs.kkt_reg_id || ' ' || signs.episode = register_episode.episode
    )
