-- Run by certify and verify: the pages that the shifts of a period were read from, and a hash over their hashes.
with named as (
    select distinct unnest(evidence) as page_id
    from accounting.shift
    where organization_inn = %(inn)s and closed_at >= %(first_day)s and closed_at < %(last_day)s::date + 1
)

select
    count(*) as pages,
    count(*) filter (where page.page_id is null) as lost,
    coalesce(sum(page.body_bytes), 0)::bigint as bytes,
    coalesce(
        encode(
            sha256(convert_to(string_agg(encode(page.sha256, 'hex'), E'\n' order by page.sha256), 'UTF8')), 'hex'
        ),
        ''
    ) as sha256
from named
left join raw.page on named.page_id = page.page_id
