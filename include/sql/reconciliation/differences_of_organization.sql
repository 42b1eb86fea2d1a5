-- Run by reconcile: totals by day of the whole organisation against those of its registers, if all were requested.
-- writes: found_difference
insert into found_difference
with registers as (
    select
        day,
        sum(receipts) as receipts,
        sum(cash_income) as cash_income,
        sum(cash_refund) as cash_refund,
        sum(cash_payout) as cash_payout,
        sum(cash_payout_refund) as cash_payout_refund,
        sum(cashless_income) as cashless_income,
        sum(cashless_refund) as cashless_refund
    from control.source_day
    where organization_inn = %(inn)s and kkt_reg_id <> '' and reported_by = 'by_days'
    group by day
)

select
    'organization_days',
    null,
    coalesce(whole.day, registers.day),
    (
        coalesce(
            registers.cash_income - registers.cash_refund - registers.cash_payout + registers.cash_payout_refund, 0
        )
        - coalesce(whole.cash_income - whole.cash_refund - whole.cash_payout + whole.cash_payout_refund, 0)
    ),
    'organization_not_its_registers',
    jsonb_build_object(
        'registers', to_jsonb(registers) - 'day',
        'organization',
        to_jsonb(whole) - array['organization_inn', 'kkt_reg_id', 'reported_by', 'day', 'page_id', 'batch_id'],
        'pages', jsonb_build_array(whole.page_id)
    ),
    '{}',
    coalesce(whole.day, registers.day)::text
from registers
full join (
    select * from control.source_day
    where organization_inn = %(inn)s and kkt_reg_id = ''
) as whole
    on registers.day = whole.day
where
    exists (select from control.source_day where organization_inn = %(inn)s and kkt_reg_id = '')
    and coalesce(whole.day, registers.day) between %(first_day)s and %(last_day)s
    and (
        coalesce(registers.receipts, 0), coalesce(registers.cash_income, 0), coalesce(registers.cash_refund, 0),
        coalesce(registers.cash_payout, 0), coalesce(registers.cash_payout_refund, 0),
        coalesce(registers.cashless_income, 0), coalesce(registers.cashless_refund, 0)
    )
    is distinct from (
        coalesce(whole.receipts, 0), coalesce(whole.cash_income, 0), coalesce(whole.cash_refund, 0),
        coalesce(whole.cash_payout, 0), coalesce(whole.cash_payout_refund, 0),
        coalesce(whole.cashless_income, 0), coalesce(whole.cashless_refund, 0)
    )
