-- Run by `smena quarantine retry`: the days of these records of an organisation and product, for publish_uncovered to open.
create temporary table spoiled on commit drop as
select
    quarantine.kkt_reg_id,
    unnest(quarantine_days.days) as days,
    null::text as missing
from control.quarantine
inner join control.quarantine_days on quarantine.quarantine_id = quarantine_days.quarantine_id
where
    quarantine.quarantine_id = any(%(ids)s::bigint[])
    and quarantine.organization_inn = %(inn)s
    and quarantine.product = %(product)s
    and quarantine.kkt_reg_id is not null
