-- Run by `smena explain --fiscal-drive`: records in quarantine that name a fiscal document.
--
-- A record is a source's record or a row made of it: field names are in either spelling, and it may be cut or invalid
-- JSON.
select
    quarantine_id,
    organization_inn,
    product,
    unit_id,
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
    and record ~ ('"fiscal_?[Dd]rive_?[Nn]umber"\s*:\s*"?\s*' || %(fiscal_drive_number)s::text || '\s*[",}]')
    and record ~ ('"fiscal_?[Dd]ocument_?[Nn]umber"\s*:\s*"?\s*' || %(fiscal_document_number)s::text || '\s*[",}]')
order by quarantine_id
