-- Run by match after match_repeated: one shift told twice in a batch with two contents is nobody's; both versions go to
-- quarantine.
with twice as (
    select shift_id
    from stage.shift
    where batch_id = %(batch_id)s
    group by shift_id
    having count(*) > 1
),

taken as (
    delete from stage.shift
    using twice
    where shift.batch_id = %(batch_id)s and shift.shift_id = twice.shift_id
    returning shift.*
),

orders as (
    delete from stage.cash_order
    using twice
    where cash_order.batch_id = %(batch_id)s and cash_order.shift_id = twice.shift_id
)

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
    batch_id,
    shard,
    evidence[1],
    kkt_reg_id,
    'closeShift',
    'match',
    'two registers tell of the same shift of one fiscal drive',
    to_jsonb(taken)::text,
    closed_at::date,
    fiscal_drive_number,
    shift_number,
    fiscal_document_number
from taken
