-- Run by publish for `uncoverable_days`: rejected records, and missing or open shifts; Market's with their responses.
select
    reject.unit_id,
    page.fetch_id,
    reject.kind,
    reject.day,
    reject.shift_number
from stage.reject
left join raw.page on reject.page_id = page.page_id and %(source)s = 'market'
where reject.batch_id = %(batch_id)s
