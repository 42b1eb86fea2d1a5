-- Run by match: a known shift that now comes with another register, time or document number, or that is booked as one of
-- another organisation, goes to quarantine.
insert into stage.reject (
    batch_id,
    shard,
    page_id,
    kkt_reg_id,
    kind,
    step,
    reason,
    record,
    day,
    fiscal_drive_number,
    shift_number,
    fiscal_document_number
)
select
    staged.batch_id,
    staged.shard,
    staged.evidence[1],
    staged.kkt_reg_id,
    'closeShift',
    'match',
    case
        when not decided.is_of_another
            then 'a shift that is known already comes with another register, closing time or document number'
        when decided.is_listed_twice
            then 'another organisation lists this register too, and the z-report does not name its ИНН'
        else 'this shift is in the books of another organisation already'
    end,
    (to_jsonb(staged) - 'batch_id' - 'shard' - 'evidence')::text,
    staged.closed_at::date,
    staged.fiscal_drive_number,
    staged.shift_number,
    staged.fiscal_document_number
from stage.shift as staged
inner join decided on staged.shift_id = decided.shift_id
where
    staged.batch_id = %(batch_id)s
    and decided.verdict = 'other'
    and not exists (
        select from stage.reject as told
        where
            told.batch_id = staged.batch_id
            and told.step = 'match'
            and told.fiscal_drive_number = staged.fiscal_drive_number
            and told.shift_number = staged.shift_number
    )
