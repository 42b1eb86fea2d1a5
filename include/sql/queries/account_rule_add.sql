-- Run by `smena organization account`: an organisation's rule from a day on; another one of that day gives way.
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
    daterange(%(from_day)s, null)
)
