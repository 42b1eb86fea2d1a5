-- Run by certify and verify: days of a period on which a shop of Kontur.Market, or all of Market, is not proved loaded;
-- a shop that Market's list does not identify may have sold on each of its days.
select to_char(moment.at, 'YYYY-MM-DD') as day
from control.inventory
cross join generate_series(%(first_day)s::timestamp, %(last_day)s::timestamp, interval '1 day') as moment (at)
where
    inventory.organization_inn = %(inn)s
    and inventory.state = 'on'
    and moment.at >= inventory.start_date
    and (
        not exists (select from control.shop where shop.organization_inn = %(inn)s)
        or exists (
            select from control.reach
            left join control.covered
                on
                    reach.organization_inn = covered.organization_inn
                    and reach.product = covered.product
                    and reach.unit_id = covered.unit_id
            where
                reach.organization_inn = %(inn)s
                and reach.source = 'market'
                and reach.days @> moment.at::date
                and not coalesce(covered.days @> moment.at::date, false)
        )
        or exists (
            select from control.gap
            where
                gap.organization_inn = %(inn)s
                and gap.product = inventory.product
                and gap.reason = 'unidentified'
                and gap.days @> moment.at::date
        )
    )
order by day
