-- Run by extract of Kontur.Market: what a shard still has to fetch.
select
    assignment.unit_id,
    '' as ofd_organization_id,
    assignment.first_day,
    assignment.last_day,
    assignment.reason,
    assignment.ask_through,
    assignment.state,
    assignment.fetch_id,
    null::date as permission_from,
    null::date as permission_to
from control.assignment
where
    assignment.batch_id = %(batch_id)s
    and assignment.shard = %(shard)s
    and assignment.reason <> 'silent'
    and assignment.state = any(%(states)s)
order by assignment.unit_id, assignment.first_day
