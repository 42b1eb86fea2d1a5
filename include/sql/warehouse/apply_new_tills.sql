-- Run by publish after apply_proposals: insert till shifts of Kontur.Market that are not published yet. An incomplete
-- one has no sums.
-- reads: change_shift, proposal
insert into accounting.shift (
    shift_id, organization_inn, kpp, shop_id, cashbox_id, till_shift, opened_at, closed_at, receipts, cash_income,
    cash_refund, cash_payout, cash_payout_refund, cashless_income, cashless_refund, price_correction, source,
    order_date, outcome, reason, same_as, evidence, batch_id, proposed_orders,
    sales_point
)
select
    staged.shift_id,
    %(inn)s,
    change_shift.kpp,
    staged.shop_id,
    staged.cashbox_id,
    staged.till_shift,
    staged.opened_at,
    staged.closed_at,
    staged.receipts,
    staged.cash_income * 0.01,
    staged.cash_refund * 0.01,
    staged.cash_income * 0,
    staged.cash_income * 0,
    staged.cashless_income * 0.01,
    staged.cashless_refund * 0.01,
    staged.price_correction * 0.01,
    'market',
    staged.order_day,
    change_shift.outcome,
    change_shift.reason,
    change_shift.same_as,
    staged.evidence,
    %(batch_id)s,
    coalesce(proposal.orders, case staged.outcome when 'no_cash' then '[]'::jsonb end),
    coalesce(point.sales_point, '')
from stage.till_shift as staged
inner join change_shift on staged.shift_id = change_shift.shift_id
left join proposal on staged.shift_id = proposal.shift_id
left join control.point_of_sale as point
    on
        point.organization_inn = %(inn)s
        and staged.shop_id = point.unit_id
        and point.valid @> staged.order_day
where staged.batch_id = %(batch_id)s and change_shift.action = 'insert'
