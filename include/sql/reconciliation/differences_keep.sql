-- Run by reconcile after differences_close: insert new differences, update those found again.
-- reads: found_difference
insert into control.difference (
    organization_inn, kind, kkt_reg_id, day, amount, cause, details, shifts, documents, digest, batch_id, is_explained
)
select distinct on (found.kind, found.key)
    %(inn)s,
    found.kind,
    found.kkt_reg_id,
    found.day,
    found.amount,
    found.cause,
    found.details,
    found.shifts,
    coalesce(
        (
            select array_agg(cash_order.document_id order by cash_order.document_id)
            from accounting.cash_order
            where cash_order.shift_id = any(found.shifts)
        ),
        '{}'
    ),
    md5(found.kind || found.key || found.amount || (found.details - array['page_id', 'pages'])::text),
    %(batch_id)s,
    found.is_explained
from found_difference as found
on conflict (organization_inn, digest) where closed_at is null do update
    set
        last_seen = now(),
        cause = excluded.cause,
        details = excluded.details,
        documents = excluded.documents,
        batch_id = excluded.batch_id,
        is_explained = excluded.is_explained
