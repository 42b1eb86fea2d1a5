-- Run by `smena archive`: organisations with pages of a month that is not closed for them.
select
    batch.organization_inn as inn,
    closed_period.through
from control.batch
left join control.closed_period on batch.organization_inn = closed_period.organization_inn
where
    (closed_period.through is null or closed_period.through < %(last_day)s)
    and batch.batch_id in (
        select page.batch_id
        from raw.page
        where page.page_id >= %(first_id)s and page.page_id < %(end_id)s
    )
group by batch.organization_inn, closed_period.through
order by batch.organization_inn
