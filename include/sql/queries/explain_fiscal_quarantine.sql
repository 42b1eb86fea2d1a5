-- Run by `smena explain --fiscal-drive`: records in quarantine that name a fiscal document.
select
    quarantine_id,
    organization_inn,
    product,
    kkt_reg_id,
    kind,
    step,
    reason,
    day,
    page_id,
    batch_id,
    first_seen_at,
    last_seen_at,
    times_seen,
    state
from control.quarantine
where
    strpos(record, %(fiscal_drive_number)s) > 0
    and record ~ ('"fiscalDocumentNumber"\s*:\s*"?\s*' || %(fiscal_document_number)s::text || '(?![0-9.])')
order by quarantine_id
