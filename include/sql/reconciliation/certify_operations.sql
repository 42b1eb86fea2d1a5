-- Run by certify and verify: cash orders of a period by kind and operation; reversed ones apart.
select
    kind,
    operation,
    case status when 'reversed' then 'reversed' else 'issued' end as standing,
    count(*) as orders,
    sum(amount)::text as amount
from accounting.cash_order
where organization_inn = %(inn)s and date between %(first_day)s and %(last_day)s
group by kind, operation, case status when 'reversed' then 'reversed' else 'issued' end
order by kind collate "C", operation collate "C", min(status) = 'reversed'
