-- Run by publish: put rejected rows of the stage into quarantine, once each.
-- reads: rejected_row
insert into stage.reject (
    batch_id, shard, page_id, unit_id, kind, step, reason, record, day, fiscal_drive_number, shift_number,
    fiscal_document_number
)
select
    staged.batch_id,
    staged.shard,
    staged.evidence[1],
    staged.kkt_reg_id,
    'closeShift',
    'match',
    rejected_row.reason,
    (to_jsonb(staged) - '{batch_id, shard, evidence}'::text[])::text,
    staged.closed_at::date,
    staged.fiscal_drive_number,
    staged.shift_number,
    staged.fiscal_document_number
from rejected_row
inner join stage.shift as staged on rejected_row.place = staged.ctid::text
where
    staged.batch_id = %(batch_id)s
    and not exists (
        select from stage.reject
        where
            reject.batch_id = staged.batch_id
            and reject.step = 'match'
            and reject.reason = rejected_row.reason
            and reject.fiscal_drive_number = staged.fiscal_drive_number
            and reject.shift_number = staged.shift_number
    )
