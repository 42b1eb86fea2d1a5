-- Run by the read model of registers: how many registers have each sign, with those of which nothing is known.
select
    sign,
    count(distinct signs.organization_inn || signs.kkt_reg_id) as registers
from control.register_signs(%(now)s, %(inn)s) as signs
group by sign
