-- Run by publish after slice_tills: the OFD's shifts that last into one of the days, one row each; FISCALS.
--
-- `days` are those with the middle of a till shift: a fiscal shift without one is no till shift. All registers are read,
-- also for linked cashboxes: links are judged by all shifts of a cashbox that lie in those of a register. Days that
-- follow each other are read as one span. Nearly all shifts close within a week of their opening, and are found by the
-- index of closings; those that lasted longer are looked for from the first day on.
with middle as (
    select distinct unnest(%(days)s::date[]) as day
),

span as (
    select
        min(placed.day) as first_day,
        max(placed.day) + 1 as end_day
    from (
        select
            middle.day,
            middle.day - (row_number() over (order by middle.day))::integer as island
        from middle
    ) as placed
    group by placed.island
),

found as (
    select shift.shift_id
    from span
    inner join accounting.shift
        on
            shift.organization_inn = %(inn)s
            and shift.closed_at >= span.first_day - interval '5 minutes'
            and shift.closed_at < span.end_day + 8
    where
        shift.source = 'ofd'
        and coalesce(shift.opened_at, shift.closed_at - interval '24 hours') < span.end_day + interval '5 minutes'
    union
    select shift.shift_id
    from accounting.shift
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'ofd'
        and shift.closed_at >= (select min(span.first_day) from span) - interval '5 minutes'
        and shift.opened_at < shift.closed_at - interval '7 days'
        and shift.opened_at < (select max(span.end_day) from span) + interval '5 minutes'
)

select
    shift.shift_id,
    shift.kkt_reg_id,
    shift.opened_at,
    shift.closed_at,
    shift.receipts,
    (shift.cash_income * 100)::bigint as cash_income,
    (shift.cash_refund * 100)::bigint as cash_refund,
    shift.outcome
from found
inner join accounting.shift on found.shift_id = shift.shift_id
order by shift.shift_id
