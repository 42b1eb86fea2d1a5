-- Run by publish: Market's shifts that may be decided otherwise now, one row each; TILLS.
--
-- They are those of the batch's days and of the look-back, all that still wait, and those of cashboxes whose link a person
-- has changed since. What a person has decided is here too, so that the OFD's shifts do not get orders beside theirs.
select
    shift.shift_id,
    shift.shop_id,
    shift.cashbox_id,
    shift.till_shift,
    shift.opened_at,
    shift.closed_at,
    shift.order_date as order_day,
    shift.receipts,
    (shift.cash_income * 100)::bigint as cash_income,
    (shift.cash_refund * 100)::bigint as cash_refund,
    (shift.price_correction * 100)::bigint as price_correction,
    shift.outcome,
    shift.decision_id is not null as has_decision
from accounting.shift
inner join control.batch on batch.batch_id = %(batch_id)s
where
    shift.organization_inn = %(inn)s
    and shift.source = 'market'
    and shift.outcome <> 'rejected'
    and (
        shift.closed_at between least(batch.first_day, batch.last_day - %(look_back_days)s) - 5 and batch.last_day + 6
        or shift.outcome in ('needs_review', 'before_start', 'closed_period')
        or exists (
            select from control.register_link as link
            where
                link.organization_inn = shift.organization_inn
                and link.cashbox_id = shift.cashbox_id
                and greatest(link.decided_at, link.withdrawn_at) > shift.loaded_at
        )
    )
order by shift.shift_id
