-- Run by `stored_certificates.keep`: a certificate of completeness that was made.
insert into control.completeness_certificate (
    organization_inn, first_day, last_day, is_complete, sha256, content, content_bytes, made_by, made_at
)
values (
    %(inn)s,
    %(first_day)s,
    %(last_day)s,
    %(is_complete)s,
    %(sha256)s,
    %(content)s,
    %(content_bytes)s,
    %(made_by)s,
    %(made_at)s
)
on conflict (sha256) do nothing
