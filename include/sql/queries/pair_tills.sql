-- Run by publish after the batch's shifts are written: Market's shifts that may stand to the OFD's otherwise now.
--
-- They are those of the batch's days and of the look-back, and all that still wait. What a person has decided stays: such
-- shifts are here so that the OFD's do not get orders beside theirs.
create temporary table till on commit drop as
select
    shift.shift_id,
    shift.shop_id,
    shift.cashbox_id,
    shift.till_shift,
    shift.closed_at::date as day,
    shift.opened_at,
    shift.closed_at,
    shift.opened_at + (shift.closed_at - shift.opened_at) / 2 as middle,
    shift.order_date,
    shift.receipts,
    shift.cash_income,
    shift.cash_refund,
    coalesce(shift.price_correction, 0) as price_correction,
    shift.evidence,
    shift.outcome,
    shift.reason,
    shift.same_as,
    shift.decision_id,
    shift.order_date <= closed_period.through as is_closed
from accounting.shift
inner join control.batch on batch.batch_id = %(batch_id)s
left join control.closed_period on shift.organization_inn = closed_period.organization_inn
where
    shift.organization_inn = %(inn)s
    and shift.source = 'market'
    and shift.outcome <> 'rejected'
    and (
        shift.closed_at between least(batch.first_day, batch.last_day - %(look_back_days)s) - 5 and batch.last_day + 6
        or shift.outcome in ('needs_review', 'before_start', 'closed_period')
        -- A person has linked the cashbox, or taken a link back, since.
        or exists (
            select from control.register_link as link
            where
                link.organization_inn = shift.organization_inn
                and link.cashbox_id = shift.cashbox_id
                and greatest(link.decided_at, link.withdrawn_at) > shift.loaded_at
        )
    )
