-- Run by certify and verify: fiscal drives of a period, with the numbers of their shifts and whether these have no gap.
select
    kkt_reg_id as register,
    fiscal_drive_number,
    min(shift_number) as first_shift,
    max(shift_number) as last_shift,
    count(*) as shifts,
    max(shift_number) - min(shift_number) + 1 = count(*) as is_contiguous,
    min(fiscal_document_number - coalesce(documents_quantity, 1) + 1) as first_document,
    max(fiscal_document_number) as last_document
from accounting.shift
where
    organization_inn = %(inn)s
    and source = 'ofd'
    and closed_at >= %(first_day)s
    and closed_at < %(last_day)s::date + 1
group by kkt_reg_id, fiscal_drive_number
order by kkt_reg_id collate "C", min(closed_at), fiscal_drive_number collate "C"
