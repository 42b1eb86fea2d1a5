-- Run by `smena integration enable` again: the signature by which a product was switched on.
select mandate_signature.signature
from control.mandate_signature
inner join control.integration on mandate_signature.mandate_id = integration.mandate_id
where
    integration.organization_inn = %(inn)s
    and integration.product = %(product)s
    and mandate_signature.verdict = 'accepted'
