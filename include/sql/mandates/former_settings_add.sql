-- Run by `smena organization set` before the accounting settings change: store those of the days before.
insert into control.former_settings (
    organization_inn, days, detail, refunds, date_policy, keeps_cash_documents, corrections, vat
)
select
    inn,
    daterange(settings_from, %(from_day)s),
    detail,
    refunds,
    date_policy,
    keeps_cash_documents,
    corrections,
    vat
from control.organization
where inn = %(inn)s
