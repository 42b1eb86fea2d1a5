-- Run by publish of Kontur.Market: till shifts whose facts are replaced; the former row goes to shift_history by itself.
--
-- What was booked keeps its outcome until settle_outcomes says otherwise; the rest is judged anew.
update accounting.shift
set
    kpp = case when accounting.is_booked(shift.outcome) then shift.kpp else decided.kpp end,
    opened_at = staged.opened_at,
    closed_at = staged.closed_at,
    receipts = staged.receipts,
    cash_income = case when decided.outcome <> 'incomplete' then staged.cash_income * 0.01 end,
    cash_refund = case when decided.outcome <> 'incomplete' then staged.cash_refund * 0.01 end,
    cash_payout = case when decided.outcome <> 'incomplete' then 0 end,
    cash_payout_refund = case when decided.outcome <> 'incomplete' then 0 end,
    cashless_income = case when decided.outcome <> 'incomplete' then staged.cashless_income * 0.01 end,
    cashless_refund = case when decided.outcome <> 'incomplete' then staged.cashless_refund * 0.01 end,
    price_correction = staged.price_correction * 0.01,
    order_date = staged.order_day,
    outcome = case
        when accounting.is_booked(shift.outcome) or shift.outcome = 'duplicate' then shift.outcome else decided.outcome
    end,
    decision_id = null,
    evidence = staged.evidence,
    revision = shift.revision + 1,
    batch_id = %(batch_id)s,
    loaded_at = now()
from (
    select distinct on (till_shift.shift_id)
        till_shift.shift_id,
        till_shift.opened_at,
        till_shift.closed_at,
        till_shift.receipts,
        till_shift.cash_income,
        till_shift.cash_refund,
        till_shift.cashless_income,
        till_shift.cashless_refund,
        till_shift.price_correction,
        till_shift.order_day,
        till_shift.evidence
    from stage.till_shift
    where batch_id = %(batch_id)s
    order by till_shift.shift_id asc, till_shift.closed_at desc, till_shift.receipts desc
) as staged
inner join decided on staged.shift_id = decided.shift_id
where decided.verdict = 'changed' and shift.shift_id = staged.shift_id
