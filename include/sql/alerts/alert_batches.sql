-- Run by alerts: batches of the last day that were stopped, never ended, or could not read something, unless a later
-- batch of the same units was published. A batch that waits for a person to allow its changes is listed until its days
-- are read again.
select
    batch.organization_inn,
    batch.product,
    count(*) as count,
    count(*) filter (where batch.state = 'stopped') as stopped,
    count(*) filter (where batch.state = 'planned') as unfinished,
    coalesce(sum(unread.windows), 0)::bigint as windows,
    max(batch.batch_id) as batch_id,
    (array_agg(coalesce(batch.summary ->> 'stopped', unread.error) order by batch.batch_id desc))[1] as reason
from control.batch
cross join
    lateral (
        select
            count(*) as windows,
            max(error) as error
        from control.assignment
        where assignment.batch_id = batch.batch_id and assignment.state in ('refused', 'unreadable', 'failed')
    ) as unread
cross join
    lateral (
        select batch.state = 'stopped' and batch.summary ->> 'changed_orders' is not null as for_a_person
    ) as waits
where
    batch.organization_inn = coalesce(%(inn)s, batch.organization_inn)
    and (batch.planned_at > now() - interval '1 day' or waits.for_a_person)
    and (
        batch.state = 'stopped'
        or (batch.state = 'planned' and batch.planned_at < now() - interval '2 hours')
        or (batch.state = 'published' and unread.windows > 0)
    )
    and case
        when waits.for_a_person
            then not exists (select from control.read_since where read_since.batch_id = batch.batch_id)
        else not exists (
            select from control.batch as later
            where
                later.organization_inn = batch.organization_inn
                and later.product = batch.product
                and (later.reason = 'reconcile') = (batch.reason = 'reconcile')
                -- A load of today proves nothing about the days that an earlier batch could not read.
                and (later.reason <> 'same_day' or batch.reason = 'same_day')
                and later.batch_id > batch.batch_id
                and later.state = 'published'
                -- A load of a large organisation is several batches: only a batch with units of this one makes up for
                -- it.
                and (
                    not exists (select from control.assignment where assignment.batch_id = batch.batch_id)
                    or exists (
                        select from control.assignment
                        inner join control.assignment as again on assignment.unit_id = again.unit_id
                        where assignment.batch_id = batch.batch_id and again.batch_id = later.batch_id
                    )
                )
        )
    end
group by batch.organization_inn, batch.product
order by batch.organization_inn asc, batch.product desc
