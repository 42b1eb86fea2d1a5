-- Run by reconcile: document numbers of neighbouring shifts of one drive (R3). A shift begins after the one before it ends.
-- writes: found_difference
insert into found_difference
select
    'documents',
    numbered.kkt_reg_id,
    numbered.closed_at::date,
    0,
    'documents_overlap ' || jsonb_build_object('documents', numbered.documents_quantity)::text,
    jsonb_build_object(
        'fiscal_drive_number', numbered.fiscal_drive_number, 'shift_number', numbered.shift_number,
        'fiscal_document_number', numbered.fiscal_document_number, 'documents', numbered.documents_quantity,
        'ended_before_with', numbered.number_before
    ),
    array[numbered.shift_id],
    numbered.shift_id::text
from (
    select
        shift.*,
        lag(shift.fiscal_document_number) over (
            partition by shift.fiscal_drive_number order by shift.shift_number
        ) as number_before
    from accounting.shift
    where shift.organization_inn = %(inn)s and shift.source = 'ofd' and shift.closed_at >= %(first_day)s::date - 40
) as numbered
where
    numbered.closed_at >= %(first_day)s
    and numbered.closed_at < %(last_day)s::date + 1
    and numbered.fiscal_document_number - numbered.documents_quantity < coalesce(numbered.number_before, 0)
