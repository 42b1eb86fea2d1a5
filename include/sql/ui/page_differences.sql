-- Run by the page «Качество»: open differences (сверка) of an organisation, the newest first, before the named one.
select
    difference.difference_id,
    difference.kind,
    difference.kkt_reg_id,
    difference.day,
    difference.amount,
    difference.cause,
    difference.documents::text[] as documents,
    difference.first_seen,
    difference.last_seen,
    difference.is_explained,
    batch.run_id
from control.difference
inner join control.batch on difference.batch_id = batch.batch_id
where
    difference.organization_inn = %(inn)s
    and difference.closed_at is null
    and difference.difference_id < %(before)s
order by difference.difference_id desc
limit %(most)s
