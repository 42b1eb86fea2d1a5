-- Run by reconcile: shifts whose evidence was read, and asked for again where `asked` says so.
insert into control.confirmed_shift (shift_id, organization_inn, evidence, vat, asked_at, batch_id)
select
    told.shift_id,
    %(inn)s,
    told.evidence,
    told.vat,
    case when told.asked then now() end,
    %(batch_id)s
from jsonb_to_recordset(%(shifts)s) as told (shift_id uuid, evidence bigint[], vat jsonb, asked boolean)
on conflict (shift_id) do update
    set
        evidence = excluded.evidence,
        vat = coalesce(
            excluded.vat, case when confirmed_shift.evidence = excluded.evidence then confirmed_shift.vat end
        ),
        asked_at = coalesce(
            excluded.asked_at,
            case when confirmed_shift.evidence = excluded.evidence then confirmed_shift.asked_at end
        ),
        batch_id = excluded.batch_id
