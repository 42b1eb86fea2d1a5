-- Run by resolve: write shifts that a person has decided about; one with `take` takes the proposed facts of its
-- decision, and the day of its new orders.
-- reads: change_shift
update accounting.shift
set
    kpp = coalesce(change_shift.kpp, shift.kpp),
    opened_at = coalesce(taken.opened_at, shift.opened_at),
    received_at = least(taken.received_at at time zone 'UTC', shift.received_at),
    receipts = case change_shift.action when 'take' then taken.receipts else shift.receipts end,
    cash_income = case change_shift.action when 'take' then taken.cash_income else shift.cash_income end,
    cash_refund = case change_shift.action when 'take' then taken.cash_refund else shift.cash_refund end,
    cash_payout = case change_shift.action when 'take' then taken.cash_payout else shift.cash_payout end,
    cash_payout_refund
    = case change_shift.action when 'take' then taken.cash_payout_refund else shift.cash_payout_refund end,
    cashless_income = case change_shift.action when 'take' then taken.cashless_income else shift.cashless_income end,
    cashless_refund = case change_shift.action when 'take' then taken.cashless_refund else shift.cashless_refund end,
    detail = coalesce(taken.detail, shift.detail),
    order_date = case change_shift.action when 'take' then change_shift.day else shift.order_date end,
    outcome = change_shift.outcome,
    reason = case decision.resolution
        when 'reject'
            then
                'rejected_by '
                || jsonb_build_object('by', decision.resolved_by, 'text', decision.resolution_reason)::text
        else
            'decided '
            || jsonb_build_object(
                'by', decision.resolved_by, 'text', decision.resolution_reason, 'word', decision.resolution
            )::text
    end,
    evidence = case change_shift.action when 'take' then decision.evidence else shift.evidence end,
    same_as = change_shift.same_as,
    decision_id = decision.decision_id,
    revision = shift.revision + 1,
    batch_id = case change_shift.action when 'take' then decision.batch_id else shift.batch_id end,
    loaded_at = now()
from change_shift
inner join control.decision on change_shift.decision_id = decision.decision_id
left join (
    select
        proposed.decision_id,
        (proposed.proposal ->> 'opened_at')::timestamp as opened_at,
        (proposed.proposal ->> 'received_at')::timestamp as received_at,
        proposed.proposal ->> 'detail' as detail,
        (proposed.held ->> 'receipts')::integer as receipts,
        (proposed.held ->> 'cash_income')::numeric as cash_income,
        (proposed.held ->> 'cash_refund')::numeric as cash_refund,
        (proposed.held ->> 'cash_payout')::numeric as cash_payout,
        (proposed.held ->> 'cash_payout_refund')::numeric as cash_payout_refund,
        (proposed.held ->> 'cashless_income')::numeric as cashless_income,
        (proposed.held ->> 'cashless_refund')::numeric as cashless_refund
    from control.decision as proposed
    where proposed.decision_id in (select answered.decision_id from change_shift as answered)
) as taken
    on decision.decision_id = taken.decision_id and change_shift.action = 'take'
where shift.shift_id = change_shift.shift_id and shift.revision = change_shift.revision
