-- Run by `smena cash-book`: whether there is such a cash book, of which anything was ever issued.
select exists (
    select from accounting.cash_order
    where cash_order.organization_inn = %(inn)s and cash_order.kpp = %(kpp)s
) as is_known
