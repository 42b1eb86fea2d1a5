-- Run by certify and verify: days of a period on which a shop of Kontur.Market, or all of Market, is not proved loaded.
-- A shop without an identifier in Market's list may have sold on each of its days.
with unproved as (
    select range_agg(one.days) as days
    from (
        select unit.days
        from control.inventory
        cross join
            lateral control.uncovered(
                inventory.organization_inn, inventory.product, daterange(%(first_day)s, %(last_day)s, '[]')
            ) as unit
        where inventory.organization_inn = %(inn)s
        union all
        select datemultirange(gap.days)
        from control.inventory
        inner join control.gap
            on inventory.organization_inn = gap.organization_inn and inventory.product = gap.product
        where inventory.organization_inn = %(inn)s and gap.reason = 'unidentified'
    ) as one
)

select to_char(moment.at, 'YYYY-MM-DD') as day
from control.inventory
cross join unproved
cross join generate_series(%(first_day)s::timestamp, %(last_day)s::timestamp, interval '1 day') as moment (at)
where
    inventory.organization_inn = %(inn)s
    and inventory.state = 'on'
    and moment.at >= inventory.start_date
    and (
        not exists (select from control.shop where shop.organization_inn = %(inn)s)
        or unproved.days @> moment.at::date
    )
order by day
