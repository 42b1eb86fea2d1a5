-- Run by `smena organization set`: replace all settings of an organisation. Those of accounting hold from a day on
-- (null: from the beginning).
update control.organization
set
    kpp = %(kpp)s,
    name = %(name)s,
    tariff = %(tariff)s,
    modifier = %(modifier)s,
    timezone = %(timezone)s,
    detail = %(detail)s,
    refunds = %(refunds)s,
    date_policy = %(date_policy)s,
    corrections = %(corrections)s,
    vat = %(vat)s,
    keeps_cash_documents = %(keeps_cash_documents)s,
    settings_from = %(settings_from)s,
    bad_share_limit = %(bad_share_limit)s,
    most_changed_orders = %(most_changed_orders)s,
    ofd_connection = %(ofd_connection)s,
    market_connection = %(market_connection)s,
    okpo = %(okpo)s,
    head_position = %(head_position)s,
    head_name = %(head_name)s,
    chief_accountant = %(chief_accountant)s,
    cashier = %(cashier)s
where inn = %(inn)s
