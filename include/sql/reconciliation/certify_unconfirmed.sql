-- Run by certify and verify: days on which a shift's receipts or cheques, or a shop's day, were not requested again.
with shift_day as (
    select
        coalesce(shift.kkt_reg_id, shift.cashbox_id) as register,
        shift.closed_at::date as day,
        count(*) as shifts
    from accounting.shift
    left join control.confirmed_shift as confirmed
        on shift.shift_id = confirmed.shift_id and shift.evidence = confirmed.evidence
    where
        shift.organization_inn = %(inn)s
        and (shift.source = 'market' or shift.detail = 'receipts')
        and shift.outcome <> 'before_start'
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < %(last_day)s::date + 1
        and confirmed.asked_at is null
    group by coalesce(shift.kkt_reg_id, shift.cashbox_id), shift.closed_at::date
),

shop_day as (
    select
        readable_days.unit_id as register,
        moment.at::date as day
    from control.readable_days
    inner join control.integration
        on readable_days.organization_inn = integration.organization_inn and readable_days.product = integration.product
    cross join generate_series(%(first_day)s::timestamp, %(last_day)s::timestamp, interval '1 day') as moment (at)
    left join control.confirmed_shop_day as confirmed
        on
            readable_days.organization_inn = confirmed.organization_inn
            and readable_days.unit_id = confirmed.shop_id
            and moment.at::date = confirmed.day
    where
        readable_days.organization_inn = %(inn)s
        and readable_days.source = 'market'
        and integration.state = 'on'
        and moment.at >= integration.start_date
        and readable_days.days @> moment.at::date
        and confirmed.day is null
)

select
    register,
    to_char(day, 'YYYY-MM-DD') as day,
    shifts
from shift_day
union all
select
    register,
    to_char(day, 'YYYY-MM-DD') as day,
    0 as shifts
from shop_day
order by register, day
