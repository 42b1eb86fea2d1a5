-- Run by `smena integration enable` and `disable`: a signature and its verdict, kept for ever.
insert into control.mandate_signature (
    organization_inn, product, kind, mandate_id, certificate_id, signature, verdict, reason, verified_by
)
values (
    %(inn)s,
    %(product)s,
    %(kind)s,
    %(mandate_id)s,
    %(certificate_id)s,
    %(signature)s,
    %(verdict)s,
    %(reason)s,
    %(verified_by)s
)
