-- Run by the gate of a batch: its staged orders, a row each, with how often their shift is reported as issued and on which
-- days. Money in kopecks. Where a shift is reported more than once, so are its orders: each row has a key of its own then,
-- and the sums of the shift say whether there is one too many.
with issued as (
    select
        shift_id,
        count(*) as reports,
        min(order_day) as first_day,
        max(order_day) as last_day
    from (
        select
            shift_id,
            order_day
        from stage.shift
        where batch_id = %(batch_id)s and outcome = 'issued'
        union all
        select
            shift_id,
            order_day
        from stage.till_shift
        where batch_id = %(batch_id)s and outcome = 'issued'
    ) as row
    group by shift_id
)

select
    coalesce(staged.fiscal_drive_number, staged.cashbox_id) || ' / '
    || coalesce(staged.shift_number::text, staged.till_shift) || ' / '
    || staged.operation || ' / ' || staged.taxation || ' / ' || staged.agent
    || case when issued.reports > 1 then ' ' || staged.ctid else '' end as cash_order,
    staged.kind || ' ' || staged.operation as kind_and_operation,
    staged.amount,
    coalesce(staged.vat, 0) as vat,
    staged.debit_account,
    staged.credit_account,
    greatest(issued.first_day - staged.day, staged.day - issued.last_day, 0) as days_away,
    coalesce(issued.reports, 0) as reports
from stage.cash_order as staged
left join issued on staged.shift_id = issued.shift_id
where staged.batch_id = %(batch_id)s
