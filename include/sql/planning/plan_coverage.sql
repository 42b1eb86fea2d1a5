-- Run by the dry run: readable units in a window, the sum of their days, and how many of these are covered.
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
from control.readable_days
inner join
    (
        select
            'ofd' as source,
            organization_inn,
            kkt_reg_id as unit_id,
            seen_at
        from control.register
        union all
        select
            'market',
            organization_inn,
            shop_id,
            seen_at
        from control.shop
    ) as place
    on
        readable_days.organization_inn = place.organization_inn
        and readable_days.source = place.source
        and readable_days.unit_id = place.unit_id
cross join lateral (select readable_days.days * daterange(%(first_day)s, %(last_day)s, '[]') as days) as wanted
left join control.covered
    on
        readable_days.organization_inn = covered.organization_inn
        and readable_days.product = covered.product
        and readable_days.unit_id = covered.unit_id
where
    readable_days.organization_inn = %(inn)s
    and readable_days.product = %(product)s
    and place.seen_at >= %(seen_at)s
