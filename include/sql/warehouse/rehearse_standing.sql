-- Run by rehearse: the state of booked shifts: decisions, closed period, orders, counterparts; STANDING.
select
    shift.shift_id::text as shift_id,
    shift.source,
    shift.outcome,
    shift.decision_id is not null or coalesce(decided.is_answered, false) as is_held,
    coalesce(decided.is_asked, false) as is_asked,
    coalesce(shift.reason_code, '') = 'another_shop_reports_it' as is_apart,
    coalesce(booked.is_marked, false) as is_marked,
    shift.outcome = 'closed_period' or coalesce(shift.order_date <= closed_period.through, false) as is_closed,
    exists(
        select from accounting.shift as follower
        where follower.same_as = shift.shift_id
    ) as is_followed,
    booked.is_marked is not null as has_orders
from accounting.shift
left join control.closed_period on shift.organization_inn = closed_period.organization_inn
left join lateral (
    select
        bool_or(
            decision.state = 'resolved'
            and decision.resolved_by <> 'rule'
            and decision.taken_back_at is null
            and decision.resolution not in ('withdrawn', 'superseded')
        ) as is_answered,
        bool_or(
            decision.state = 'open' and decision.kind = 'conflict' and decision.competing_shift_id is null
        ) as is_asked
    from control.decision
    where decision.shift_id = shift.shift_id
) as decided on true
left join lateral (
    select bool_or(cash_order.status in ('accepted', 'rejected')) as is_marked
    from accounting.cash_order
    where cash_order.shift_id = shift.shift_id and cash_order.status <> 'reversed'
) as booked on true
where shift.organization_inn = %(inn)s and shift.shift_id = any(%(shifts)s::uuid[])
