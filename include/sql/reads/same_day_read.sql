-- Run by `today_read`, for the pages: by product, since when today is known, if loads within the day are made.
--
-- Of each organisation the newest published load of its present day counts, by the time when it was planned: what a
-- register sent later is not in it. Of several organisations the earliest is shown.
with newest as (
    select
        batch.organization_inn,
        batch.product,
        max(batch.planned_at) as planned_at
    from control.batch
    inner join control.organization on batch.organization_inn = organization.inn
    where
        batch.reason = 'same_day'
        and batch.state = 'published'
        and (cast(%(inn)s as text) is null or batch.organization_inn = %(inn)s)
        and batch.planned_at <= %(now)s
        and (batch.planned_at at time zone organization.timezone)::date
        = (cast(%(now)s as timestamptz) at time zone organization.timezone)::date
    group by batch.organization_inn, batch.product
)

select
    newest.product,
    min(newest.planned_at) as read_at
from newest
group by newest.product
order by newest.product desc
