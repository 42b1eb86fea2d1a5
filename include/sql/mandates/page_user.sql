-- Run by the pages at each request: a person's sight, by the name in Airflow: `sees_all`, a list of organisations seen
-- whole, and the places (КПП, point of sale) of others.
select
    coalesce(bool_or(organization_inn is null), false) as sees_all,
    coalesce(
        array_agg(organization_inn) filter (
            where organization_inn is not null and num_nonnulls(kpp, sales_point) = 0
        ),
        '{}'
    ) as organizations,
    coalesce(
        jsonb_agg(
            jsonb_build_object('organization_inn', organization_inn, 'kpp', kpp, 'sales_point', sales_point)
        ) filter (where num_nonnulls(kpp, sales_point) > 0),
        '[]'
    ) as places
from control.page_user
where user_name = %(user_name)s
