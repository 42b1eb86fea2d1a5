-- Run by reconcile: store the shifts whose evidence was read, and requested again if `asked` is true.
insert into control.confirmed_shift (shift_id, organization_inn, evidence, vat, asked_at, batch_id)
select
    reported.shift_id,
    %(inn)s,
    reported.evidence,
    reported.vat,
    case when reported.asked then now() end,
    %(batch_id)s
from jsonb_to_recordset(%(shifts)s) as reported (shift_id uuid, evidence bigint[], vat jsonb, asked boolean)
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
