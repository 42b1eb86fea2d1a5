-- Run by `smena accounts add`: an organisation's own account rules with the days on which they hold.
select
    operation,
    taxation,
    agent,
    debit_account as debit,
    credit_account as credit,
    lower(days) as first_day,
    upper(days) as end_day
from control.account_rule
where organization_inn = %(inn)s
order by operation, taxation, agent, days
