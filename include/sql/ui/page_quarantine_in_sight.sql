-- Run by the desk before records are acted upon, as the accountant: how many of these are in sight, of this organisation.
select count(*) as records
from control.quarantine
where quarantine.quarantine_id = any(cast(%(records)s as bigint[])) and quarantine.organization_inn = %(inn)s
