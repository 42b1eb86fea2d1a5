-- Run by making and verifying signatures: texts made since the last switching that nobody has signed, newest first.
select
    mandate.mandate_id::text as mandate_id,
    mandate.organization_inn,
    mandate.product,
    mandate.kind,
    mandate.number,
    mandate.start_date,
    mandate.registers,
    mandate.made_on,
    mandate.text,
    mandate.digest
from control.mandate
where
    mandate.organization_inn = %(inn)s
    and mandate.product = %(product)s
    and mandate.kind = %(kind)s
    and mandate.start_date is not distinct from %(start_date)s
    and mandate.integration_history_id = (
        select coalesce(max(integration_history.integration_history_id), 0)
        from control.integration_history
        where integration_history.organization_inn = %(inn)s and integration_history.product = %(product)s
    )
    and not exists (
        select from control.mandate_signature
        where mandate_signature.mandate_id = mandate.mandate_id and mandate_signature.verdict = 'accepted'
    )
order by mandate.number desc
