-- Run by rehearse: remember shifts that were made again, so that they are not searched any more.
-- writes: rehearsed_made
insert into rehearsed_made (shift_id)
select unnest(%(shifts)s::uuid[])
on conflict do nothing
