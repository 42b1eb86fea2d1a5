-- Run by metrics: the number of registers by organisation and sign; an organisation whose registers have none has one
-- row without a sign.
select
    listed.organization_inn,
    signs.sign,
    count(distinct signs.kkt_reg_id) as registers
from (select distinct organization_inn from control.register) as listed
left join control.register_signs(%(now)s, null) as signs on listed.organization_inn = signs.organization_inn
group by listed.organization_inn, signs.sign
order by listed.organization_inn, signs.sign
