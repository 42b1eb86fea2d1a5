-- Run by all booking code: the settings of an organisation with the days on which they hold, the earliest first. The
-- newest have no end, the first no beginning.
select
    organization.inn,
    organization.kpp,
    organization.name,
    organization.tariff,
    organization.modifier,
    organization.timezone,
    settings.detail,
    settings.refunds,
    settings.date_policy,
    settings.corrections,
    settings.vat,
    settings.keeps_cash_documents,
    organization.bad_share_limit::float8 as bad_share_limit,
    organization.most_changed_orders,
    organization.ofd_connection,
    organization.market_connection,
    organization.okpo,
    organization.head_position,
    organization.head_name,
    organization.chief_accountant,
    organization.cashier,
    lower(settings.days) as first_day,
    upper(settings.days) as end_day
from control.organization
inner join control.settings_by_day as settings on organization.inn = settings.organization_inn
where organization.inn = %(inn)s
order by settings.days
