-- Run by taking answers back: restore the orders that they reversed. A new order gets the name of the person who takes
-- the answer back; an accepted or rejected one its former name.
--
-- A change of status does not raise the revision, so a revision may be archived several times: the last time belongs to
-- the reversal of the order.
-- reads: asked_answer
update accounting.cash_order
set
    status = former.status,
    status_by = case former.status when 'new' then %(by)s else former.status_by end,
    status_at = case former.status when 'new' then now() else former.status_at end,
    status_reason = case former.status when 'new' then %(reason)s else former.status_reason end,
    reversed_decision_id = null,
    reversed_on = null,
    revision = cash_order.revision + 1,
    loaded_at = now()
from (
    select distinct on (archived.document_id)
        archived.document_id,
        archived.status,
        archived.status_by,
        archived.status_at,
        archived.status_reason
    from asked_answer
    inner join accounting.cash_order as reversed
        on
            asked_answer.decision_id = reversed.reversed_decision_id
            and reversed.issued_decision_id is distinct from asked_answer.decision_id
            and reversed.status = 'reversed'
    inner join accounting.cash_order_history as archived
        on reversed.document_id = archived.document_id and archived.revision = reversed.revision - 1
    order by archived.document_id asc, archived.archived_at desc
) as former
where cash_order.document_id = former.document_id and former.status <> 'reversed'
