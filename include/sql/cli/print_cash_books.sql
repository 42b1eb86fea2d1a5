-- Run by `smena cash-book`: a cash book by its КПП, if any order was ever issued in it.
select kpp
from accounting.cash_order
where organization_inn = %(inn)s and kpp = %(kpp)s
limit 1
