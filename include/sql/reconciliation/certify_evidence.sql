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
-- Each page is looked up by its id: a join would be planned as a scan of every month.
left join lateral (
    select
        evidence.page_id,
        evidence.body_bytes,
        evidence.sha256
    from raw.page as evidence
    where evidence.page_id = named.page_id
    offset 0
) as page on true
