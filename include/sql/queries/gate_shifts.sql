-- Run by the gate of a batch: its staged shifts of the OFD, a row each. Money in kopecks.
--
-- A shift that two windows report is staged twice, from different pages: `report` is of the shift and its pages.
select
    staged.fiscal_drive_number || ' / ' || staged.shift_number as shift,
    staged.shift_id || ' ' || staged.evidence::text as report,
    staged.kkt_reg_id,
    staged.fiscal_drive_number,
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
    (rejected.shift is not null)::integer as is_rejected
from stage.shift as staged
left join
    lateral (
        select staged.shift_id as shift
        from stage.reject
        where
            reject.batch_id = %(batch_id)s
            and reject.step = 'check'
            and reject.kind = 'closeShift'
            and reject.fiscal_drive_number = staged.fiscal_drive_number
            and reject.shift_number = staged.shift_number
            and reject.fiscal_document_number = staged.fiscal_document_number
            and reject.page_id = any(staged.evidence)
        limit 1
    ) as rejected
    on true
where staged.batch_id = %(batch_id)s
