-- Run by `smena quarantine list` and `show`: records and their state; all filters may be null.
select
    quarantine.quarantine_id,
    quarantine.organization_inn,
    quarantine.product,
    quarantine.unit_id,
    quarantine.kind,
    quarantine.step,
    quarantine.reason,
    quarantine.day,
    quarantine.fiscal_drive_number,
    quarantine.shift_number,
    quarantine.fiscal_document_number,
    quarantine.state,
    quarantine.times_seen,
    quarantine.first_seen_at,
    quarantine.last_seen_at,
    quarantine.batch_id,
    quarantine.page_id,
    quarantine.resolved_by,
    quarantine.resolved_at,
    quarantine.resolution_reason,
    quarantine.resolved_batch_id,
    quarantine.retried_by,
    quarantine.retried_at,
    case when %(with_record)s then quarantine.record end as record
from control.quarantine
where
    (%(quarantine_id)s::bigint is null or quarantine.quarantine_id = %(quarantine_id)s)
    and (%(inn)s::text is null or quarantine.organization_inn = %(inn)s)
    and (%(state)s::text is null or quarantine.state = %(state)s)
    and (%(first_day)s::date is null or quarantine.day >= %(first_day)s)
    and (%(last_day)s::date is null or quarantine.day <= %(last_day)s)
order by quarantine.organization_inn, quarantine.quarantine_id
