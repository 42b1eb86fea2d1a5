-- Run by `smena organization set`: all settings of an organisation at once.
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
    bad_share_limit = %(bad_share_limit)s,
    ofd_connection = %(ofd_connection)s,
    market_connection = %(market_connection)s
where inn = %(inn)s
