-- Run by publish: the orders that shifts propose and that are not issued now, in the form in which the shift stores
-- them. A till shift stores its own, because its outcome may change without its cheques being read again.
-- reads: change_shift
-- makes: proposal
create temporary table proposal on commit drop as
select
    cash_order.shift_id,
    jsonb_agg(
        to_jsonb(cash_order)
        - array['batch_id', 'shard', 'fiscal_drive_number', 'shift_number', 'cashbox_id', 'till_shift', 'shift_id']
        order by cash_order.operation, cash_order.taxation, cash_order.agent
    ) as orders
from stage.cash_order
inner join change_shift on cash_order.shift_id = change_shift.shift_id
where
    cash_order.batch_id = %(batch_id)s
    and change_shift.action in ('insert', 'replace')
    and (cash_order.cashbox_id is not null or change_shift.outcome not in ('issued', 'no_cash'))
group by cash_order.shift_id
