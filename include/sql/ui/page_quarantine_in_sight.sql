-- Run by the pages as the accountant, before records are changed: how many of the named ones of the organisation are in
-- sight.
select count(*) as records
from control.quarantine
where quarantine.quarantine_id = any(cast(%(records)s as bigint[])) and quarantine.organization_inn = %(inn)s
