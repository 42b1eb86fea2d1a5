-- Run by the page of a day: the batch that proved it covered, and the newest ones that requested it.
select
    batch.batch_id,
    batch.run_id,
    batch.first_day,
    batch.last_day,
    batch.planned_at,
    batch.finished_at,
    batch.state,
    covered_day.day is not null as covered_it
from control.batch
left join control.covered_day
    on
        batch.batch_id = covered_day.batch_id
        and covered_day.organization_inn = %(inn)s
        and covered_day.product = %(product)s
        and covered_day.day = %(day)s
where
    batch.organization_inn = %(inn)s
    and batch.product = %(product)s
    and batch.first_day <= %(day)s
    and batch.last_day >= %(day)s
order by covered_it desc, batch.batch_id desc
limit 10
