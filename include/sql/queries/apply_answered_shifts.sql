-- Run by resolve: shifts that a person has decided about; `take` is the one that takes the proposed facts of the decision,
-- and the day of its new orders.
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
    order_date = case change_shift.action when 'take' then %(day)s else shift.order_date end,
    outcome = change_shift.outcome,
    reason = case decision.resolution
        when 'reject' then decision.resolved_by || ': ' || decision.resolution_reason
        else decision.resolution || ', ' || decision.resolved_by || ': ' || decision.resolution_reason
    end,
    evidence = case change_shift.action when 'take' then decision.evidence else shift.evidence end,
    same_as = change_shift.same_as,
    decision_id = decision.decision_id,
    revision = shift.revision + 1,
    batch_id = case change_shift.action when 'take' then decision.batch_id else shift.batch_id end,
    loaded_at = now()
from change_shift
inner join control.decision on decision.decision_id = %(decision_id)s
left join
    lateral (
        select
            facts.*,
            (decision.proposal ->> 'opened_at')::timestamp as opened_at,
            (decision.proposal ->> 'received_at')::timestamp as received_at,
            decision.proposal ->> 'detail' as detail
        from
            jsonb_to_record(decision.held) as facts (
                receipts integer, cash_income numeric, cash_refund numeric, cash_payout numeric,
                cash_payout_refund numeric, cashless_income numeric, cashless_refund numeric
            )
        where change_shift.action = 'take'
    ) as taken
    on true
where shift.shift_id = change_shift.shift_id and shift.revision = change_shift.revision
