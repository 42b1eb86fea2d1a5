-- Run by publish: the orders proposed by shifts that had orders before, or that the batch does not report: from the
-- stage if the batch replaces their facts, else as stored with the shift. Amounts in kopecks.
-- reads: booked_shift, change_shift
-- writes: proposed_order
insert into proposed_order (
    shift_id, kind, operation, taxation, agent, day, amount, vat, vat_by_rate, debit_account, credit_account, basis
)
select
    cash_order.shift_id,
    cash_order.kind,
    cash_order.operation,
    cash_order.taxation,
    cash_order.agent,
    cash_order.day,
    cash_order.amount,
    cash_order.vat,
    cash_order.vat_by_rate,
    cash_order.debit_account,
    cash_order.credit_account,
    cash_order.basis
from booked_shift
inner join change_shift
    on booked_shift.shift_id = change_shift.shift_id and change_shift.action in ('insert', 'replace')
inner join stage.cash_order on booked_shift.shift_id = cash_order.shift_id and cash_order.batch_id = %(batch_id)s
where not booked_shift.is_first
union all
select
    shift.shift_id,
    stored.kind,
    stored.operation,
    stored.taxation,
    stored.agent,
    stored.day,
    stored.amount,
    stored.vat,
    stored.vat_by_rate,
    stored.debit_account,
    stored.credit_account,
    stored.basis
from booked_shift
inner join accounting.shift on booked_shift.shift_id = shift.shift_id
cross join
    lateral jsonb_to_recordset(shift.proposed_orders) as stored (
        kind text, operation text, taxation text, agent boolean, day date, amount bigint, vat bigint, vat_by_rate jsonb,
        debit_account text, credit_account text, basis text
    )
where
    not exists (
        select from change_shift
        where change_shift.shift_id = shift.shift_id and change_shift.action in ('insert', 'replace')
    )
