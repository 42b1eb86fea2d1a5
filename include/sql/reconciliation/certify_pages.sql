-- Run by verify: the stored bytes of a period's pages, to be hashed again.
select
    page.page_id,
    page.sha256,
    page.body,
    page.body_bytes
from raw.page
where
    -- As an array: only the months of these pages are looked into.
    page.page_id = any(
        array(
            select distinct unnest(shift.evidence)
            from accounting.shift
            where
                shift.organization_inn = %(inn)s
                and shift.closed_at >= %(first_day)s
                and shift.closed_at < %(last_day)s::date + 1
        )
    )
order by page.page_id
