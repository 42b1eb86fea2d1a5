-- Run by the gate of a batch, which checks it before it is applied: its staged orders, one row each. Money in kopecks.
select
    coalesce(fiscal_drive_number, cashbox_id) || ' / ' || coalesce(shift_number::text, till_shift) || ' / '
    || operation || ' / ' || taxation || ' / ' || agent as cash_order,
    kind || ' ' || operation as kind_and_operation,
    operation,
    amount,
    coalesce(vat, 0) as vat,
    debit_account,
    credit_account,
    shift_id::text as shift_id,
    day
from stage.cash_order
where batch_id = %(batch_id)s
