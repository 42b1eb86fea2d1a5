-- Run by publish of the OFD after pair_hold: orders that Market told of first go over to the fiscal shift that is the same.
--
-- The OFD wins: an order that is still new takes its sums; one that was accepted, or that a person has kept, stays as it
-- is and must be equal. In a closed period nothing moves: equal, the fiscal shift is the duplicate; different, a person
-- decides. A new order of another day than the fiscal shift's does not go over either, for its date is assigned once: it
-- is reversed, and another issued. A fiscal shift that needs a look is compared with what was accepted, or closed, only: the look is
-- at both then, and whatever is decided books one of them.
create temporary table meeting on commit drop as
with met as (
    select
        pairing.till_id,
        pairing.fiscal_id,
        (pairing.is_equal or pairing.is_rounded) and decided.outcome <> 'needs_review' as is_same,
        decided.outcome,
        bool_or(
            least(fiscal_row.order_date, cash_order.date) <= coalesce(closed_period.through, '-infinity')
        ) as is_closed,
        bool_or(cash_order.status in ('accepted', 'rejected') or till.decision_id is not null) as is_marked,
        bool_or(cash_order.date <> fiscal_row.order_date) as is_of_other_day
    from pairing
    inner join till on pairing.till_id = till.shift_id
    inner join decided on pairing.fiscal_id = decided.shift_id
    inner join accounting.shift as fiscal_row on pairing.fiscal_id = fiscal_row.shift_id
    inner join accounting.cash_order on pairing.till_id = cash_order.shift_id
    left join control.closed_period on closed_period.organization_inn = %(inn)s
    where
        not pairing.is_crowded
        and decided.verdict in ('new', 'changed')
        and decided.outcome in ('issued', 'no_cash', 'closed_period', 'needs_review')
        and cash_order.status <> 'reversed'
        -- Where both are booked already, neither goes over: the rule of settle_outcomes.
        and not exists (
            select from accounting.cash_order as own
            where own.shift_id = pairing.fiscal_id and own.status <> 'reversed'
        )
    group by pairing.till_id, pairing.fiscal_id, pairing.is_equal, pairing.is_rounded, decided.outcome
)

select
    met.*,
    met.is_closed or met.outcome = 'closed_period' or (met.is_marked and (met.is_of_other_day or not met.is_same))
        as stays
from met
where
    (not met.is_of_other_day or met.is_marked or met.is_closed or met.outcome = 'closed_period')
    and (met.outcome <> 'needs_review' or met.is_marked or met.is_closed)
