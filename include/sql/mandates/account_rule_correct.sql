-- Run by `smena accounts add`: give other accounts to the rule for the same orders that begins on this day.
update control.account_rule
set
    debit_account = %(debit)s,
    credit_account = %(credit)s
where
    organization_inn = %(inn)s
    and operation = %(operation)s
    and taxation is not distinct from %(taxation)s
    and agent is not distinct from %(agent)s
    and lower(days) = %(first_day)s
