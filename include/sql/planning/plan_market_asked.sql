-- Run by the planner of Kontur.Market: the window that a person named, for every shop, including covered days.
select
    shop.shop_id as unit_id,
    piece.first_day::date as first_day,
    least(piece.first_day::date + %(window_days)s - 1, %(last_day)s) as last_day,
    'asked' as reason,
    null::timestamp as last_document_at,
    true as moves_mark
from control.shop
cross join
    lateral generate_series(
        cast(%(first_day)s as timestamp), cast(%(last_day)s as timestamp), %(window_days)s * interval '1 day'
    ) as piece (first_day)
where shop.organization_inn = %(inn)s and shop.seen_at >= %(seen_at)s
order by shop.shop_id, piece.first_day
