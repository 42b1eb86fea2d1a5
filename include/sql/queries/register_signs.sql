-- Run by the read model of registers: a page of what is wrong with them, the gravest first.
select
    signs.organization_inn,
    organization.name as organization_name,
    organization.timezone,
    signs.kkt_reg_id,
    signs.name,
    signs.sign,
    signs.since,
    signs.amount
from control.register_signs(%(now)s, %(inn)s) as signs
inner join control.organization on signs.organization_inn = organization.inn
where signs.sign <> 'unknown'
order by
    array_position(
        array['drive_replace', 'drive_memory_full', 'open_shift', 'silent', 'not_sent', 'drive_exhausted'], signs.sign
    ),
    signs.since,
    signs.organization_inn,
    signs.kkt_reg_id
limit %(most)s
