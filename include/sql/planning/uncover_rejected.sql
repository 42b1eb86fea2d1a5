-- Run by publish for `uncoverable_days`: rejected records, and shifts that are missing or open. Market's with their answers.
select
    reject.unit_id,
    page.fetch_id,
    reject.kind,
    reject.day,
    reject.shift_number
from stage.reject
left join raw.page on reject.page_id = page.page_id and %(source)s = 'market'
where reject.batch_id = %(batch_id)s
