-- Run by `cash.set_limit`: set the most cash at the end of a day, from a day on; null: no limit.
insert into accounting.cash_limit (organization_inn, kpp, first_day, amount, entered_by)
values (%(inn)s, %(kpp)s, %(first_day)s, %(amount)s, %(by)s)
