-- Run by publish after the shifts are written: move orders from a till shift to the matching shift of the OFD.
-- reads: change_order
update accounting.cash_order
set
    shift_id = change_order.shift_id,
    source = 'ofd',
    taxation = change_order.taxation,
    agent = change_order.agent,
    issue = change_order.issue,
    revision = cash_order.revision + 1,
    batch_id = %(batch_id)s
from change_order
where
    change_order.action = 'move'
    and cash_order.document_id = change_order.document_id
    and cash_order.revision = change_order.revision
