-- Run by publish: whether two sources may tell of the same shifts in this organisation.
select exists(
    select from accounting.shift
    where shift.organization_inn = %(inn)s and shift.source = 'market'
) as has_tills
