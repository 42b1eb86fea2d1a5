-- Run by `cash.take_back_opening`: reverse a wrong opening balance; another may then be entered.
update accounting.cash_opening
set
    reversed_on = day,
    reversed_by = %(by)s,
    reversed_at = now(),
    reversed_reason = %(reason)s
where organization_inn = %(inn)s and kpp = %(kpp)s and reversed_on is null
