-- Run by the dry run: registers within reach in a window, their days together, and how many of these are covered.
select
    count(*) filter (where not isempty(wanted.days)) as registers,
    coalesce(sum(upper(wanted.days) - lower(wanted.days)), 0)::bigint as wanted_days,
    coalesce(
        sum(
            (
                select sum(upper(piece.days) - lower(piece.days))
                from unnest(covered.days * datemultirange(wanted.days)) as piece (days)
            )
        ),
        0
    )::bigint as covered_days
from control.reach
inner join
    (
        select
            organization_inn,
            kkt_reg_id,
            seen_at
        from control.register
        union all
        select
            organization_inn,
            shop_id,
            seen_at
        from control.shop
    ) as place
    on reach.organization_inn = place.organization_inn and reach.kkt_reg_id = place.kkt_reg_id
cross join lateral (select reach.days * daterange(%(first_day)s, %(last_day)s, '[]') as days) as wanted
left join control.covered
    on
        reach.organization_inn = covered.organization_inn
        and reach.product = covered.product
        and reach.kkt_reg_id = covered.kkt_reg_id
where
    reach.organization_inn = %(inn)s
    and reach.product = %(product)s
    and place.seen_at >= %(seen_at)s
