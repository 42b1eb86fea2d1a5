-- Run by every reader of settings: the settings of one organisation, or of all.
select
    inn,
    kpp,
    name,
    tariff,
    modifier,
    timezone,
    detail,
    refunds,
    date_policy,
    corrections,
    vat,
    keeps_cash_documents,
    bad_share_limit::float8 as bad_share_limit,
    most_changed_orders,
    ofd_connection,
    market_connection,
    okpo,
    head_position,
    head_name,
    chief_accountant,
    cashier
from control.organization
where inn = coalesce(%(inn)s, inn)
order by inn
