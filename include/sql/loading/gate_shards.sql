-- Run by the gate of a batch, which checks it before it is applied: one row per shard, with the counts it reported, the
-- staged rows, and the rows that passed the checks of single rows.
--
-- Publish leaves no shard in state planned: such a shard has nothing staged yet.
--
-- `passed_shifts` and `passed_orders` are the checked rows less those that a rejected order removed. A shift that two
-- windows report may lose both its rows by one key, so after a rejected order only the largest possible number of rows
-- is known.
with checked as (
    select
        shard,
        coalesce(sum(checked_rows) filter (where suite = 'z_reports' and expectation = 'closed_at_is_present'), 0)
            as reports,
        coalesce(
            sum(checked_rows) filter (
                where suite in ('shifts', 'till_shifts') and expectation = 'outcome_is_known'
            ),
            0
        ) as shifts,
        coalesce(sum(checked_rows) filter (where suite = 'orders' and expectation = 'amount_is_present'), 0) as orders,
        coalesce(max(bad_rows) filter (where suite = 'z_reports' and severity = 'record'), 0) as most_bad_reports,
        count(*) filter (where severity = 'batch' and not success) as broken
    from control.check_result
    where batch_id = %(batch_id)s
    group by shard
),

rejected as (
    -- A rejected z-report has the page it was read from, a rejected order has none.
    select
        shard,
        count(*) filter (where page_id is not null) as reports,
        count(*) filter (where page_id is null) as orders,
        count(distinct fiscal_drive_number || ' / ' || shift_number) filter (where page_id is null) as shifts
    from stage.reject
    where batch_id = %(batch_id)s and step = 'check' and kind = 'closeShift'
    group by shard
),

shifts as (
    select
        shard,
        count(*) as staged
    from (
        select shard
        from stage.shift
        where batch_id = %(batch_id)s
        union all
        select shard
        from stage.till_shift
        where batch_id = %(batch_id)s
    ) as row
    group by shard
),

orders as (
    select
        shard,
        count(*) as staged
    from stage.cash_order
    where batch_id = %(batch_id)s
    group by shard
),

counted as (
    select
        shard.shard,
        shard.shifts,
        shard.orders,
        coalesce(shifts.staged, 0) as staged_shifts,
        coalesce(orders.staged, 0) as staged_orders,
        coalesce(checked.reports, 0) as checked_reports,
        coalesce(checked.shifts, 0) as checked_shifts,
        coalesce(checked.orders, 0) as checked_orders,
        coalesce(checked.most_bad_reports, 0) as most_bad_reports,
        coalesce(checked.broken, 0) as broken,
        coalesce(rejected.reports, 0) as bad_reports,
        coalesce(rejected.orders, 0) as bad_orders,
        coalesce(rejected.shifts, 0) as shifts_of_bad_orders
    from control.shard
    left join checked on shard.shard = checked.shard
    left join rejected on shard.shard = rejected.shard
    left join shifts on shard.shard = shifts.shard
    left join orders on shard.shard = orders.shard
    where shard.batch_id = %(batch_id)s and shard.state <> 'planned'
)

select
    shard::text as shard,
    shifts,
    orders,
    staged_shifts,
    staged_orders,
    checked_shifts,
    case %(source)s when 'ofd' then checked_reports - bad_reports else checked_shifts end as good_reports,
    bad_reports,
    most_bad_reports,
    case
        when bad_orders = 0 then checked_shifts
        else least(staged_shifts, checked_shifts - shifts_of_bad_orders)
    end as passed_shifts,
    case
        when %(source)s <> 'ofd' then orders
        when bad_orders = 0 then checked_orders
        else least(staged_orders, checked_orders - bad_orders)
    end as passed_orders,
    broken
from counted
order by counted.shard
