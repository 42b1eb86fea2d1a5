-- Run by reconcile: shifts booked from their receipts, and whether their evidence was already read for its VAT.
select
    shift.shift_id::text as shift_id,
    shift.kkt_reg_id,
    shift.fiscal_drive_number,
    shift.shift_number,
    shift.fiscal_document_number,
    shift.documents_quantity,
    shift.opened_at,
    shift.closed_at,
    shift.received_at at time zone 'UTC' as received_at,
    shift.receipts,
    shift.evidence,
    page.batch_id as read_in,
    confirmed.evidence is not null as is_read
from accounting.shift
-- Each page is looked up by its id: a join would be planned as a scan of every month.
left join lateral (
    select evidence.batch_id
    from raw.page as evidence
    where evidence.page_id = shift.evidence[1]
    offset 0
) as page on true
left join control.confirmed_shift as confirmed
    on shift.shift_id = confirmed.shift_id and shift.evidence = confirmed.evidence
where
    shift.organization_inn = %(inn)s
    and shift.source = 'ofd'
    and shift.detail = 'receipts'
    and shift.closed_at >= %(first_day)s
    and shift.closed_at < %(last_day)s::date + 1
order by shift.kkt_reg_id, page.batch_id, shift.closed_at
