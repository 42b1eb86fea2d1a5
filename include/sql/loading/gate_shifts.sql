-- Run by the gate of a batch, which checks it before it is applied: its staged shifts of the OFD, one row each.
-- Money in kopecks.
--
-- A shift that two windows report is staged twice, from different pages: shift and pages together identify a report.
select
    staged.fiscal_drive_number as unit,
    staged.shift_number::text as shift,
    staged.evidence::text as evidence,
    staged.kkt_reg_id,
    staged.shift_number,
    staged.fiscal_document_number,
    staged.outcome,
    coalesce(
        least(
            staged.cash_income, staged.cash_refund, staged.cash_payout, staged.cash_payout_refund,
            staged.cashless_income, staged.cashless_refund
        ),
        0
    ) as least_sum,
    case staged.outcome
        when 'issued'
            then staged.cash_income + staged.cash_refund + staged.cash_payout + staged.cash_payout_refund
        else 0
    end as cash_if_issued,
    case staged.outcome when 'issued' then staged.order_day else staged.closed_at::date end as day_if_issued,
    (rejected.page_id is not null)::integer as is_rejected,
    staged.outcome = 'issued' as is_booked,
    staged.order_day,
    staged.cash_income as income,
    staged.cash_refund as refund,
    staged.cash_payout as payout,
    staged.cash_payout_refund as payout_refund
from stage.shift as staged
left join (
    select distinct
        fiscal_drive_number,
        shift_number,
        fiscal_document_number,
        page_id
    from stage.reject
    where batch_id = %(batch_id)s and step = 'check' and kind = 'closeShift'
) as rejected
    on
        staged.fiscal_drive_number = rejected.fiscal_drive_number
        and staged.shift_number = rejected.shift_number
        and staged.fiscal_document_number = rejected.fiscal_document_number
        and rejected.page_id = any(staged.evidence)
where staged.batch_id = %(batch_id)s
