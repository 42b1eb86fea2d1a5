-- Run by reconcile: shifts of the OFD against the same shifts of Market. A difference is explained by rounding in the
-- till's cheques, or by the documents of a comparison, which are named.
-- writes: found_difference
insert into found_difference
select
    'two_sources',
    fiscal.kkt_reg_id,
    fiscal.closed_at::date,
    fiscal.cash_income - fiscal.cash_refund - till.cash_income + till.cash_refund,
    case
        when explained.by_documents is not null then explained.by_documents
        when decision.decision_id is not null
            then
                'decision_waits '
                || jsonb_build_object('decision', decision.decision_id, 'reason', decision.reason)::text
        else 'sources_differ'
    end,
    jsonb_build_object(
        'ofd', accounting.shift_facts(fiscal) - 'order_date', 'market', accounting.shift_facts(till) - 'order_date',
        'till_shift', till.till_shift, 'shift_number', fiscal.shift_number
    ),
    array[fiscal.shift_id, till.shift_id],
    fiscal.shift_id::text || till.shift_id,
    explained.by_documents is not null and decision.decision_id is null
from (
    select
        shift_id,
        same_as as other_id
    from accounting.shift
    where organization_inn = %(inn)s and same_as is not null
    union
    select
        shift_id,
        competing_shift_id
    from control.decision as waiting
    where organization_inn = %(inn)s and state = 'open' and kind = 'conflict' and competing_shift_id is not null
) as pair
inner join accounting.shift as fiscal
    on fiscal.shift_id in (pair.shift_id, pair.other_id) and fiscal.source = 'ofd'
inner join accounting.shift as till
    on till.shift_id in (pair.shift_id, pair.other_id) and till.source = 'market'
left join control.decision
    on decision.shift_id in (pair.shift_id, pair.other_id) and decision.state = 'open' and decision.kind = 'conflict'
left join control.comparison on till.shift_id = comparison.till_id and fiscal.shift_id = comparison.fiscal_id
cross join
    lateral (
        select
            case
                when
                    comparison.is_explained and till.outcome = 'duplicate'
                    then comparison.explanation
            end as by_documents
    ) as explained
where
    fiscal.closed_at >= %(first_day)s
    and fiscal.closed_at < %(last_day)s::date + 1
    and (fiscal.cash_income, fiscal.cash_refund) is distinct from (till.cash_income, till.cash_refund)
    and fiscal.cash_income is not null
    and till.cash_income is not null
    and abs((fiscal.cash_income - fiscal.cash_refund) - (till.cash_income - till.cash_refund))
    is distinct from abs(coalesce(till.price_correction, 0))
    and coalesce(fiscal.decision_id, till.decision_id) is null
