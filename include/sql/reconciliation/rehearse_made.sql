-- Run by rehearse: shifts that were made again are not looked for any more.
-- writes: rehearsed_made
insert into rehearsed_made (shift_id)
select unnest(%(shifts)s::uuid[])
on conflict do nothing
