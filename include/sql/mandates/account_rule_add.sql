-- Run by `smena accounts add`: add an organisation's rule that holds from a day on.
insert into control.account_rule (
    organization_inn, operation, taxation, agent, debit_account, credit_account, days
)
values (
    %(inn)s,
    %(operation)s,
    %(taxation)s,
    %(agent)s,
    %(debit)s,
    %(credit)s,
    daterange(%(first_day)s, null)
)
