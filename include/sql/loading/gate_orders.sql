-- Run by the gate of a batch, which checks it before it is applied: its staged orders, one row each. Money in kopecks.
select
    coalesce(fiscal_drive_number, cashbox_id) as unit,
    coalesce(shift_number::text, till_shift) as shift,
    kind || ' ' || operation as kind_and_operation,
    operation,
    taxation,
    agent,
    amount,
    coalesce(vat, 0) as vat,
    debit_account,
    credit_account,
    day
from stage.cash_order
where batch_id = %(batch_id)s
