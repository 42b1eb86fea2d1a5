-- Run by alerts with a message that is about to go out: remembers the signs of registers that it reports.
insert into control.register_episode (organization_inn, recipient, kkt_reg_id, sign, episode, reported_on)
select distinct
    %(inn)s,
    %(recipient)s,
    split_part(episode.name, ' ', 1),
    one.alert -> 'details' ->> 'sign',
    episode.name,
    cast(%(day)s as date)
from jsonb_array_elements(cast(%(payload)s as jsonb) -> 'alerts') as one (alert)
cross join lateral jsonb_array_elements_text(one.alert -> 'details' -> 'episodes') as episode (name)
where one.alert ->> 'kind' = 'register'
on conflict do nothing
