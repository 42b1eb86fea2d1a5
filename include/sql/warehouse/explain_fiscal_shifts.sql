-- Run by `smena explain --fiscal-drive`: the shifts of a drive between which a fiscal document was formed.
--
-- Document numbers continue through a drive, and a z-report is the last document of its shift.
(
    select
        shift.shift_id,
        shift.shift_number,
        shift.fiscal_document_number,
        false as is_before
    from accounting.shift
    where
        shift.fiscal_drive_number = %(fiscal_drive_number)s
        and shift.fiscal_document_number >= %(fiscal_document_number)s
    order by shift.fiscal_document_number
    limit 1
)
union all
(
    select
        shift.shift_id,
        shift.shift_number,
        shift.fiscal_document_number,
        true as is_before
    from accounting.shift
    where
        shift.fiscal_drive_number = %(fiscal_drive_number)s
        and shift.fiscal_document_number < %(fiscal_document_number)s
    order by shift.fiscal_document_number desc
    limit 1
)
