-- Run by publish: a shift whose conflict is settled is again what it was.
update accounting.shift
set
    outcome = case
        when
            exists (
                select from accounting.cash_order
                where cash_order.shift_id = shift.shift_id and cash_order.status <> 'reversed'
            )
            then 'issued'
        -- It was closed as lost, and stays so.
        when shift.fiscal_document_number is null then 'rejected'
        else 'no_cash'
    end,
    reason = null,
    revision = shift.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from decided
where decided.verdict = 'settled' and shift.shift_id = decided.shift_id
