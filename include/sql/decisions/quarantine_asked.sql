-- Run by `smena quarantine retry` and `give-up`: the named records, or the open ones of an organisation.
select
    quarantine.quarantine_id,
    quarantine.organization_inn,
    quarantine.product,
    quarantine.unit_id,
    quarantine.state,
    quarantine.resolved_by,
    quarantine.resolved_at,
    quarantine.resolution_reason
from control.quarantine
where
    quarantine.quarantine_id = any(%(ids)s::bigint[])
    or (quarantine.organization_inn = %(inn)s::text and quarantine.state = 'open')
order by quarantine.quarantine_id
