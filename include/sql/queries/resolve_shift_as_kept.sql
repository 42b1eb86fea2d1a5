-- Run by resolve: the shift keeps its facts and its orders, and is again what it was.
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
        when shift.source = 'ofd' and shift.fiscal_document_number is null then 'rejected'
        else 'no_cash'
    end,
    reason = decision.resolution || ', ' || decision.resolved_by || ': ' || decision.resolution_reason,
    decision_id = decision.decision_id,
    revision = shift.revision + 1,
    loaded_at = now()
from control.decision
where decision.decision_id = %(decision_id)s and shift.shift_id = decision.shift_id
