-- Run by reconcile: cash orders against the cash that their shifts moved (R10). Rejected orders count, because they
-- were issued.
-- writes: found_difference
insert into found_difference
select
    'orders',
    shift.kkt_reg_id,
    shift.closed_at::date,
    orders.amount - moved.amount,
    case
        when orders.documents = 0 then 'issued_without_order'
        when moved.amount = 0 then 'unissued_with_orders'
        else 'order_or_shift_changed'
    end,
    jsonb_build_object(
        'orders', orders.amount, 'cash', moved.amount, 'outcome', shift.outcome,
        'fiscal_drive_number', shift.fiscal_drive_number, 'shift_number', shift.shift_number
    ),
    array[shift.shift_id],
    shift.shift_id::text
from accounting.shift
cross join
    lateral (
        select
            coalesce(sum(case cash_order.kind when 'pko' then cash_order.amount else -cash_order.amount end), 0)
                as amount,
            count(*) as documents
        from accounting.cash_order
        where cash_order.shift_id = shift.shift_id and cash_order.status <> 'reversed'
    ) as orders
cross join
    lateral (
        select
            case
                when shift.outcome in ('issued', 'conflict')
                    then
                        shift.cash_income - shift.cash_refund - coalesce(shift.cash_payout, 0)
                        + coalesce(shift.cash_payout_refund, 0)
                else 0
            end as amount
    ) as moved
where
    shift.organization_inn = %(inn)s
    and shift.closed_at >= %(first_day)s
    and shift.closed_at < %(last_day)s::date + 1
    and orders.amount <> moved.amount
    and not (shift.outcome = 'conflict' and orders.documents = 0)
