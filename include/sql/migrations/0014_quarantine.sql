-- Run by `smena migrate`, revision 0014: quarantine is a workplace. A record leaves it by being read again and found good,
-- or by a person's word; either way it says by what, and what it was before is kept.

alter table control.quarantine
add column fiscal_drive_number text,
add column shift_number bigint,
add column fiscal_document_number bigint,
add column resolved_by text,
add column resolved_at timestamptz,
add column resolution_reason text,
add column resolved_batch_id bigint references control.batch (batch_id),
add column retried_by text,
add column retried_at timestamptz;

-- Whoever left before this was known left by hand.
update control.quarantine
set
    resolved_by = 'unknown',
    resolved_at = last_seen_at,
    resolution_reason = 'before revision 0014',
    resolved_batch_id = batch_id
where state <> 'open';

alter table control.quarantine
add constraint open_is_not_resolved check ((state = 'open') = (resolved_at is null)),
add constraint resolved_by_somebody check (
    (resolved_at is null) = (resolved_by is null) and (resolved_at is null) = (coalesce(resolution_reason, '') = '')
),
add constraint released_by_a_batch check (state <> 'released' or resolved_batch_id is not null);
comment on column control.quarantine.resolved_batch_id is
'The batch that read the record''s days again without finding it wrong.';
comment on column control.quarantine.retried_at is 'When a person last had its days opened, to be asked for again.';
create index quarantine_open on control.quarantine (organization_inn, product, kkt_reg_id) where state = 'open';

create table control.quarantine_history (
    quarantine_history_id bigint generated always as identity primary key,
    quarantine_id bigint not null references control.quarantine (quarantine_id),
    state text not null,
    times_seen integer not null,
    last_seen_at timestamptz not null,
    batch_id bigint not null,
    resolved_by text,
    resolved_at timestamptz,
    resolution_reason text,
    resolved_batch_id bigint,
    retried_by text,
    retried_at timestamptz,
    archived_at timestamptz not null default now()
);
comment on table control.quarantine_history is 'What a row of quarantine said before its state changed, or it was retried.';
create index quarantine_history_of_row on control.quarantine_history (quarantine_id);

create function control.keep_quarantine_history() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    select old_rows.quarantine_id
    into wrong
    from old_rows
    left join new_rows on old_rows.quarantine_id = new_rows.quarantine_id
    where
        (new_rows.organization_inn, new_rows.product, new_rows.kind, new_rows.reason, new_rows.record, new_rows.digest)
        is distinct from
        (old_rows.organization_inn, old_rows.product, old_rows.kind, old_rows.reason, old_rows.record, old_rows.digest)
    limit 1;
    if found then
        raise exception 'record % in quarantine is evidence: what it is and why it is there does not change',
            wrong.quarantine_id
            using errcode = 'check_violation', constraint = 'quarantined_record_is_fixed';
    end if;

    insert into control.quarantine_history (
        quarantine_id, state, times_seen, last_seen_at, batch_id, resolved_by, resolved_at, resolution_reason,
        resolved_batch_id, retried_by, retried_at
    )
    select
        old_rows.quarantine_id,
        old_rows.state,
        old_rows.times_seen,
        old_rows.last_seen_at,
        old_rows.batch_id,
        old_rows.resolved_by,
        old_rows.resolved_at,
        old_rows.resolution_reason,
        old_rows.resolved_batch_id,
        old_rows.retried_by,
        old_rows.retried_at
    from old_rows
    inner join new_rows on old_rows.quarantine_id = new_rows.quarantine_id
    where
        (old_rows.state, old_rows.resolved_at, old_rows.retried_at)
        is distinct from (new_rows.state, new_rows.resolved_at, new_rows.retried_at);
    return null;
end
$$;
create trigger quarantine_history after update on control.quarantine
referencing old table as old_rows new table as new_rows
for each statement execute function control.keep_quarantine_history();
create trigger nothing_is_deleted before delete or truncate on control.quarantine
for each statement execute function accounting.refuse();
create trigger history_is_kept before update or delete or truncate on control.quarantine_history
for each statement execute function accounting.refuse();

-- here: control.quarantine_days.0014
comment on view control.quarantine_days is
'The days that must be read again to know whether a record is good: its own through the closing of its shift; where its '
'day is not known, or is none that was asked for, all that its batch asked of the register.';

-- Details of checks were kept as a text that holds an object; they are the object.
update control.check_result
set details = (details #>> '{}')::jsonb
where jsonb_typeof(details) = 'string';
