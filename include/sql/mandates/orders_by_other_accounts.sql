-- Run by `orders_by_other_accounts`: orders not accepted yet, of shifts closed from a day on, with other accounts than
-- the rules now give; the first rule that fits counts, as in account_rules.sql.
select
    cash_order.operation,
    cash_order.debit_account as debit,
    cash_order.credit_account as credit,
    rule.debit_account as new_debit,
    rule.credit_account as new_credit,
    count(*)::int as count,
    sum(cash_order.amount) as amount,
    min(cash_order.date) as first_day,
    max(cash_order.date) as last_day
from accounting.cash_order
inner join accounting.shift on cash_order.shift_id = shift.shift_id
cross join
    lateral (
        select
            account_rule.debit_account,
            account_rule.credit_account
        from control.account_rule
        where
            (account_rule.organization_inn = %(inn)s or account_rule.organization_inn is null)
            and account_rule.operation = cash_order.operation
            and (account_rule.taxation is null or account_rule.taxation = cash_order.taxation)
            and (account_rule.agent is null or account_rule.agent = cash_order.agent)
            and account_rule.days @> shift.closed_at::date
        order by
            (account_rule.organization_inn is null)::int,
            (account_rule.agent is null)::int + (account_rule.taxation is null)::int,
            account_rule.account_rule_id
        limit 1
    ) as rule
where
    cash_order.organization_inn = %(inn)s
    and cash_order.status = 'new'
    and shift.closed_at >= %(first_day)s
    and (cash_order.debit_account, cash_order.credit_account) <> (rule.debit_account, rule.credit_account)
group by
    cash_order.operation,
    cash_order.debit_account,
    cash_order.credit_account,
    rule.debit_account,
    rule.credit_account
order by cash_order.operation, cash_order.debit_account, cash_order.credit_account
