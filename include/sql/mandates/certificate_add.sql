-- Run by `smena certificate add`: the certificate that serves from now on; the former ones stay.
insert into control.certificate (
    organization_inn,
    source,
    certificate,
    subject,
    subject_inn,
    issuer,
    serial,
    key_algorithm,
    valid_from,
    valid_to,
    thumbprint_sha1,
    thumbprint_sha256,
    added_by
)
values (
    %(inn)s,
    %(source)s,
    %(certificate)s,
    %(subject)s,
    %(subject_inn)s,
    %(issuer)s,
    %(serial)s,
    %(key_algorithm)s,
    %(valid_from)s,
    %(valid_to)s,
    %(thumbprint_sha1)s,
    %(thumbprint_sha256)s,
    %(added_by)s
)
