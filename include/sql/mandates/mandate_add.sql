-- Run by `smena integration mandate` and `ban`: a text to be signed, byte for byte.
insert into control.mandate (
    mandate_id,
    organization_inn,
    product,
    kind,
    number,
    start_date,
    registers,
    made_on,
    text,
    digest,
    integration_history_id,
    made_by
)
values (
    %(mandate_id)s,
    %(inn)s,
    %(product)s,
    %(kind)s,
    %(number)s,
    %(start_date)s,
    %(registers)s,
    %(made_on)s,
    %(text)s,
    %(digest)s,
    %(integration_history_id)s,
    %(made_by)s
)
