-- Run by publish of the OFD after pair_strangers: shifts of this batch that a till shift with orders of its own could be,
-- though nothing links the two, wait for a person or for a link. Never two orders by guess.
create temporary table held_back on commit drop as
select
    decided.shift_id,
    (array_agg(till.shift_id order by till.shift_id))[1] as till_id
from decided
inner join doubtful on decided.shift_id = doubtful.fiscal_id
inner join till on doubtful.till_id = till.shift_id
where
    decided.verdict in ('new', 'changed')
    and decided.outcome in ('issued', 'needs_review')
    and exists (
        select from accounting.cash_order
        where cash_order.shift_id = till.shift_id and cash_order.status in ('new', 'accepted')
    )
    and not exists (
        select from accounting.cash_order
        where cash_order.shift_id = decided.shift_id and cash_order.status in ('new', 'accepted')
    )
group by decided.shift_id
