-- Run by `cash.enter_opening`: the cash of a book at the beginning of a day.
insert into accounting.cash_opening (organization_inn, kpp, day, amount, entered_by)
values (%(inn)s, %(kpp)s, %(day)s, %(amount)s, %(by)s)
