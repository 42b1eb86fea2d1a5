-- Run by publish, first: the published shifts that the batch may change, one row each. They are those that it reports;
-- till shifts of its days and of the look-back, those that wait, and those whose cashbox a person has linked or
-- unlinked since; and fiscal shifts within five days of one of these or of a reported till shift, or open over one of
-- their days.
--
-- By rows, not by years: a till shift that has waited for two years adds itself and the fiscal shifts of its days.
-- makes: slice_shift
create temporary table slice_shift on commit drop as
with reported as (
    select shift.shift_id
    from stage.shift
    where shift.batch_id = %(batch_id)s
    union
    select till_shift.shift_id
    from stage.till_shift
    where till_shift.batch_id = %(batch_id)s
),

till as (
    select shift.shift_id
    from accounting.shift
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'market'
        and shift.closed_at
        between least(%(first_day)s::date, %(last_day)s::date - %(look_back_days)s) - 5 and %(last_day)s::date + 6
    union
    select shift.shift_id
    from accounting.shift
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'market'
        and shift.outcome in ('conflict', 'needs_review', 'before_start', 'closed_period')
    union
    select shift.shift_id
    from control.register_link as link
    inner join accounting.shift
        on link.organization_inn = shift.organization_inn and link.cashbox_id = shift.cashbox_id
    where
        link.organization_inn = %(inn)s
        and shift.source = 'market'
        and greatest(link.decided_at, link.withdrawn_at) > shift.loaded_at
),

day as (
    select shift.closed_at::date as day
    from accounting.shift
    where shift.shift_id in (select till.shift_id from till)
    union
    select till_shift.closed_at::date
    from stage.till_shift
    where till_shift.batch_id = %(batch_id)s
),

-- Every day within five days of one of them, once.
near as (
    select distinct day.day + step.days as day
    from day
    cross join generate_series(-5, 5) as step (days)
),

fiscal as (
    select shift.shift_id
    from near
    inner join accounting.shift
        on
            shift.organization_inn = %(inn)s
            and shift.closed_at >= near.day
            and shift.closed_at < near.day + 1
    where shift.source = 'ofd'
    union
    -- A shift that was left open for weeks, including one of these days.
    select shift.shift_id
    from day
    inner join accounting.shift
        on
            shift.organization_inn = %(inn)s
            and shift.opened_at < day.day + 1
            and shift.closed_at >= day.day
    where shift.source = 'ofd' and shift.opened_at < shift.closed_at - interval '5 days'
)

select
    scope.shift_id,
    bool_or(scope.is_reported) as is_reported,
    bool_or(scope.is_till) as is_till
from (
    select
        reported.shift_id,
        true as is_reported,
        false as is_till
    from reported
    union all
    select
        till.shift_id,
        false,
        true
    from till
    union all
    select
        fiscal.shift_id,
        false,
        false
    from fiscal
) as scope
group by scope.shift_id
