-- Run by `smena accounts add`: the rule for the same orders ends before a day.
update control.account_rule
set days = daterange(lower(days), %(first_day)s)
where
    organization_inn = %(inn)s
    and operation = %(operation)s
    and taxation is not distinct from %(taxation)s
    and agent is not distinct from %(agent)s
    and upper_inf(days)
    and (lower(days) is null or lower(days) < %(first_day)s)
