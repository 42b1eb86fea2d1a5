-- Run by the read model of events: events after a place, in the order of the commits. A reader of all organisations
-- reads the index of positions; any other reader that of each organisation in sight.
with changes as (
    (
        select
            change_id,
            position,
            changed_at
        from accounting.document_change
        where
            cast(%(inn)s as text) is null
            and (select control.sees_all())
            and position >= %(after_position)s
        order by position
        limit cast(%(most)s as integer) + 1
    )
    union all
    select
        change.change_id,
        change.position,
        change.changed_at
    from control.organization
    cross join
        lateral (
            select
                document_change.change_id,
                document_change.position,
                document_change.changed_at
            from accounting.document_change
            where
                document_change.organization_inn = organization.inn
                and document_change.position >= %(after_position)s
            order by document_change.position
            limit cast(%(most)s as integer) + 1
        ) as change
    where
        (cast(%(inn)s as text) is not null or not (select control.sees_all()))
        and (cast(%(inn)s as text) is null or organization.inn = %(inn)s)
),

next_changes as (
    -- Every change has at least one event, but the first may have been read to its end.
    select * from changes
    order by position
    limit cast(%(most)s as integer) + 1
)

select
    change.position,
    event.event_id,
    event.type,
    event.organization_inn,
    change.changed_at,
    event.document_id::text as document_id,
    event.kind,
    event.number,
    event.date,
    event.kpp,
    event.counterparty,
    event.amount,
    event.source,
    event.status,
    event.loaded_at,
    event.batch_id,
    event.status_by,
    event.status_at,
    event.status_reason,
    event.revision,
    event.shift_id::text as shift_id,
    event.operation,
    event.debit_account,
    event.credit_account,
    event.vat,
    event.basis,
    event.evidence,
    event.shop_id,
    event.sales_point,
    event.closed_through
from next_changes as change
cross join
    lateral (
        select document_event.*
        from accounting.document_event
        where
            document_event.change_id = change.change_id
            and document_event.event_id
            > case when change.position = %(after_position)s then cast(%(after_event)s as bigint) else 0 end
        order by document_event.event_id
        limit cast(%(most)s as integer)
    ) as event
order by change.position, event.event_id
limit cast(%(most)s as integer)
