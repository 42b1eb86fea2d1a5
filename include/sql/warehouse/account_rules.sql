-- Run by process: the account rules of an organisation for all days, in the order in which they are tried.
select
    operation,
    taxation,
    agent,
    debit_account as debit,
    credit_account as credit,
    lower(days) as first_day,
    upper(days) as end_day
from control.account_rule
where organization_inn = %(inn)s or organization_inn is null
order by
    (organization_inn is null)::int,
    (agent is null)::int + (taxation is null)::int,
    account_rule_id
