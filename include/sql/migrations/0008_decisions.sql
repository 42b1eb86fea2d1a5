-- Run by `smena migrate`, revision 0008: what people decide, with who, when and why: periods, documents, conflicts, shifts
-- that need a look; and which shifts came late.

alter table control.closed_period add column reason text not null default '';

create table control.closed_period_history (
    closed_period_history_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    action text not null check (action in ('close', 'open')),
    through_before date,
    through_after date,
    reason text not null,
    changed_by text not null,
    changed_at timestamptz not null default now(),
    transaction_id xid8 not null default pg_current_xact_id()
);
comment on table control.closed_period_history is
'Every closing and opening. A period is opened only by a transaction that wrote here who does it and why.';

insert into control.closed_period_history (
    organization_inn, action, through_after, reason, changed_by, changed_at
)
select
    organization_inn,
    'close',
    through,
    '',
    closed_by,
    closed_at
from control.closed_period;

alter table control.decision drop constraint decision_kind_check;
alter table control.decision add constraint decision_kind_check check (kind in ('conflict', 'duplicate', 'review'));
alter table control.decision drop constraint decision_shift_id_kind_digest_key;
alter table control.decision add column proposal jsonb;
alter table control.decision add column resolution text check (
    resolution in ('keep-ofd', 'keep-market', 'both', 'reverse', 'approve', 'reject', 'withdrawn', 'superseded')
);
alter table control.decision add column resolved_by text;
alter table control.decision add column resolved_at timestamptz;
alter table control.decision add column resolution_reason text;
comment on column control.decision.proposal is
'The orders that the held side would make (amounts in kopecks), and the rest of its facts, as they were staged.';
comment on column control.decision.digest is
'Of both sides: what a person kept once is not asked again while both stay as they were.';
comment on column control.decision.resolution is
'withdrawn and superseded are the rule''s own: the difference is gone, or another one has taken its place.';

update control.decision
set
    state = 'resolved',
    resolution = 'superseded',
    resolved_by = 'rule',
    resolved_at = now(),
    resolution_reason = 'the source tells another thing since'
where
    decision.state = 'open'
    and exists (
        select from control.decision as newer
        where
            newer.shift_id = decision.shift_id
            and newer.kind = decision.kind
            and newer.decision_id > decision.decision_id
    );
alter table control.decision add constraint a_resolution_is_signed check (
    (state = 'resolved') = (resolution is not null and resolved_by is not null and resolved_at is not null)
);
create unique index one_open_decision on control.decision (shift_id, kind) where state = 'open';
create index decision_of_shift on control.decision (shift_id);

insert into control.decision (
    organization_inn, kind, shift_id, reason, kept, held, digest, evidence, decided_by, decided_at, batch_id
)
select
    shift.organization_inn,
    'review',
    shift.shift_id,
    coalesce(shift.reason, ''),
    '{}',
    told.facts,
    md5(told.facts::text),
    shift.evidence,
    'rule',
    shift.loaded_at,
    shift.batch_id
from accounting.shift
cross join
    lateral (
        select
            jsonb_build_object(
                'cash_income', shift.cash_income, 'cash_refund', shift.cash_refund, 'cash_payout', shift.cash_payout,
                'cash_payout_refund', shift.cash_payout_refund, 'cashless_income', shift.cashless_income,
                'cashless_refund', shift.cashless_refund, 'receipts', shift.receipts,
                'order_date', shift.order_date, 'outcome', shift.outcome
            ) as facts
    ) as told
where shift.outcome = 'needs_review';

create function accounting.order_id(
    shift_id uuid, operation text, taxation text, agent boolean, issue integer
) returns uuid
language sql immutable strict parallel safe
return case
    when issue = 1 then accounting.order_id(shift_id, operation, taxation, agent)
    else
        md5(
            'order:' || shift_id::text || ':' || operation || ':' || taxation || ':'
            || case when agent then '1' else '0' end || ':' || issue::text
        )::uuid
end;
comment on function accounting.order_id(uuid, text, text, boolean, integer) is
'The id of an order issued once more, after the former one was reversed by a decision.';

alter table accounting.cash_order add column issue integer not null default 1 check (issue > 0);
alter table accounting.cash_order add column status_by text;
alter table accounting.cash_order add column status_at timestamptz;
alter table accounting.cash_order add column status_reason text;
alter table accounting.cash_order add column issued_decision_id bigint references control.decision (decision_id);
alter table accounting.cash_order add column reversed_decision_id bigint references control.decision (decision_id);
alter table accounting.cash_order add column reversed_on date;
alter table accounting.cash_order add constraint a_decision_reverses check (
    (reversed_decision_id is null) = (reversed_on is null)
    and (reversed_decision_id is null or (status = 'reversed' and reversed_on >= date))
);
create unique index cash_order_of_shift on accounting.cash_order (shift_id, operation, taxation, agent, issue);
comment on column accounting.cash_order.issue is
'1, or the how manieth order it is of the same shift, operation, tax system and agent: the former ones are reversed.';
comment on column accounting.cash_order.status_by is 'Who gave it its status: a person, or `rule`. Empty while it is new.';
comment on column accounting.cash_order.reversed_on is
'The day on which a reversal by decision counts: its own date, or the first open day where that lies in a closed period.';

alter table accounting.cash_order_history add column issue integer;
alter table accounting.cash_order_history add column status_by text;
alter table accounting.cash_order_history add column status_at timestamptz;
alter table accounting.cash_order_history add column status_reason text;
alter table accounting.cash_order_history add column issued_decision_id bigint;
alter table accounting.cash_order_history add column reversed_decision_id bigint;
alter table accounting.cash_order_history add column reversed_on date;

alter table accounting.shift add column late_by interval;
alter table accounting.shift add column decision_id bigint references control.decision (decision_id);
alter table accounting.shift_history add column late_by interval;
alter table accounting.shift_history add column decision_id bigint;
comment on column accounting.shift.late_by is
'How long after its closing the operator had its z-report, where that was more than 24 hours; else empty.';

create function accounting.late_by(closed_at timestamp, received_at timestamp, timezone text) returns interval
language sql stable strict parallel safe
return case
    when (received_at at time zone 'UTC') - (closed_at at time zone timezone) > interval '24 hours'
        then (received_at at time zone 'UTC') - (closed_at at time zone timezone)
end;
comment on function accounting.late_by is
'The closing is the register''s local time. It is taken for the organisation''s, some hours off at most. Receipt is UTC.';

alter table accounting.shift disable trigger shift_history;
update accounting.shift
set late_by = accounting.late_by(shift.closed_at, shift.received_at at time zone 'UTC', organization.timezone)
from control.organization
where
    shift.organization_inn = organization.inn
    and accounting.late_by(shift.closed_at, shift.received_at at time zone 'UTC', organization.timezone) is not null;
alter table accounting.shift enable trigger shift_history;
comment on column accounting.shift.decision_id is 'The newest decision of a person that gave it its facts or its outcome.';

-- What no code may do to periods, decisions, documents and shifts, whoever runs it.

-- Periods: closing is written to the history by itself; opening needs to have been written there before.

create function control.guard_closed_period() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'UPDATE' then
        if new.organization_inn <> old.organization_inn then
            raise exception 'a closed period stays with its organisation' using errcode = 'check_violation';
        end if;
        if new.through >= old.through then
            return new;
        end if;
    end if;
    if not exists (
        select from control.closed_period_history as told
        where
            told.organization_inn = old.organization_inn
            and told.action = 'open'
            and told.transaction_id = pg_current_xact_id()
            and told.through_before = old.through
            and told.through_after is not distinct from case when tg_op = 'UPDATE' then new.through end
    ) then
        raise exception 'the period of % closed through % is opened by control.open_period only',
            old.organization_inn, old.through
            using errcode = 'check_violation', constraint = 'period_is_opened_with_history';
    end if;
    return case when tg_op = 'UPDATE' then new else old end;
end
$$;
create trigger closed_period_guard before update or delete on control.closed_period
for each row execute function control.guard_closed_period();
create trigger closed_period_stays before truncate on control.closed_period
for each statement execute function accounting.refuse();

create function control.keep_closed_period_history() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'INSERT' or new.through > old.through then
        insert into control.closed_period_history
            (organization_inn, action, through_before, through_after, reason, changed_by)
        values (
            new.organization_inn,
            'close',
            case when tg_op = 'UPDATE' then old.through end,
            new.through,
            new.reason,
            new.closed_by
        );
    end if;
    return null;
end
$$;
create trigger closed_period_history after insert or update on control.closed_period
for each row execute function control.keep_closed_period_history();
create trigger history_is_kept before update or delete or truncate on control.closed_period_history
for each statement execute function accounting.refuse();

create function control.open_period(inn text, earlier date, opened_by text, why text) returns void
language plpgsql
as $$
declare
    stood date;
begin
    select through into stood from control.closed_period where organization_inn = inn for update;
    if stood is null then
        raise exception '% has no closed period', inn using errcode = 'check_violation';
    end if;
    if earlier >= stood then
        raise exception 'the period of % is closed through % only', inn, stood using errcode = 'check_violation';
    end if;
    insert into control.closed_period_history
        (organization_inn, action, through_before, through_after, reason, changed_by)
    values (inn, 'open', stood, earlier, why, opened_by);
    if earlier is null then
        delete from control.closed_period where organization_inn = inn;
    else
        update control.closed_period
        set through = earlier, closed_by = opened_by, closed_at = now(), reason = why
        where organization_inn = inn;
    end if;
end
$$;
comment on function control.open_period is
'Opens a period, or closes it through an earlier date only, with who and why: the one way to do it.';

-- Decisions: told once, resolved once.

create function control.guard_decision() returns trigger
language plpgsql
as $$
begin
    raise exception 'decision % is %: what was decided stays', old.decision_id, old.state
        using errcode = 'check_violation', constraint = 'decision_is_kept';
end
$$;
create trigger decision_guard before update on control.decision
for each row
when (
    old.state <> 'open'
    or (
        old.organization_inn, old.kind, old.shift_id, old.reason, old.kept, old.held, old.proposal, old.digest,
        old.evidence, old.decided_by, old.decided_at, old.batch_id
    )
    is distinct from (
        new.organization_inn, new.kind, new.shift_id, new.reason, new.kept, new.held, new.proposal, new.digest,
        new.evidence, new.decided_by, new.decided_at, new.batch_id
    )
)
execute function control.guard_decision();
create trigger decision_is_kept before delete or truncate on control.decision
for each statement execute function accounting.refuse();

-- Orders: how a status may change, and what of a closed period may. Transition tables have no index: where the first bad
-- row is looked for, nested loops seem cheap to the planner, and are quadratic where no row is bad.

create function accounting.check_orders_begin() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    select organization_inn, kpp, number, status into wrong from new_rows where status <> 'new' limit 1;
    if found then
        raise exception 'order % of % / % begins as %, not as new',
            wrong.number, wrong.organization_inn, wrong.kpp, wrong.status
            using errcode = 'check_violation', constraint = 'order_begins_as_new';
    end if;
    return null;
end
$$;
create trigger orders_begin after insert on accounting.cash_order
referencing new table as new_rows
for each statement execute function accounting.check_orders_begin();

create function accounting.sign_status() returns trigger
language plpgsql
as $$
begin
    new.status_by := session_user;
    new.status_at := now();
    new.status_reason := null;
    return new;
end
$$;
comment on function accounting.sign_status is 'Whoever changes a status without saying who does is named by the login.';
create trigger status_is_signed before update on accounting.cash_order
for each row
when (old.status <> new.status and (new.status_by is null or new.status_at is not distinct from old.status_at))
execute function accounting.sign_status();

-- here: accounting.check_order_statuses.0008
create trigger order_statuses after update on accounting.cash_order
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.check_order_statuses();

-- here: accounting.check_changed_orders.0008

-- Shifts: what is booked in a closed period keeps its facts, and nothing more is booked there.

create function accounting.is_booked(outcome text) returns boolean
language sql immutable strict parallel safe
return outcome in ('issued', 'no_cash', 'conflict');

create function accounting.check_new_shifts() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    select fresh.organization_inn, fresh.order_date, closed_period.through
    into wrong
    from new_rows as fresh
    inner join control.closed_period
        on
            fresh.organization_inn = closed_period.organization_inn
            and fresh.order_date <= closed_period.through
    where accounting.is_booked(fresh.outcome)
    limit 1;
    if found then
        raise exception 'a shift of % dated % lies in a period closed through %',
            wrong.organization_inn, wrong.order_date, wrong.through
            using errcode = 'check_violation', constraint = 'shift_not_in_closed_period';
    end if;
    return null;
end
$$;
create trigger new_shifts after insert on accounting.shift
referencing new table as new_rows
for each statement execute function accounting.check_new_shifts();

create function accounting.check_changed_shifts() returns trigger
language plpgsql
set enable_nestloop to off
as $$
declare
    wrong record;
begin
    select old_rows.organization_inn, old_rows.order_date, closed_period.through
    into wrong
    from old_rows
    inner join control.closed_period on old_rows.organization_inn = closed_period.organization_inn
    left join new_rows on old_rows.shift_id = new_rows.shift_id
    cross join
        lateral (
            select
                accounting.is_booked(old_rows.outcome) and old_rows.order_date <= closed_period.through as was_in,
                accounting.is_booked(new_rows.outcome) and new_rows.order_date <= closed_period.through as is_in,
                (
                    old_rows.organization_inn, old_rows.kpp, old_rows.kkt_reg_id, old_rows.fiscal_document_number,
                    old_rows.closed_at, old_rows.order_date, old_rows.receipts, old_rows.cash_income,
                    old_rows.cash_refund, old_rows.cash_payout, old_rows.cash_payout_refund,
                    old_rows.cashless_income, old_rows.cashless_refund
                )
                is not distinct from (
                    new_rows.organization_inn, new_rows.kpp, new_rows.kkt_reg_id, new_rows.fiscal_document_number,
                    new_rows.closed_at, new_rows.order_date, new_rows.receipts, new_rows.cash_income,
                    new_rows.cash_refund, new_rows.cash_payout, new_rows.cash_payout_refund,
                    new_rows.cashless_income, new_rows.cashless_refund
                ) as same_facts,
                new_rows.decision_id is not null
                and new_rows.decision_id is distinct from old_rows.decision_id as is_decided
        ) as told
    where
        (coalesce(told.is_in, false) and not (told.was_in and told.same_facts))
        -- A decision may take a shift out of a closed period, to a day that is open.
        or (told.was_in and not coalesce(told.is_in, false) and not told.is_decided)
    limit 1;
    if found then
        raise exception 'a shift of % dated % lies in a period closed through %',
            wrong.organization_inn, wrong.order_date, wrong.through
            using errcode = 'check_violation', constraint = 'shift_not_in_closed_period';
    end if;
    return null;
end
$$;
create trigger changed_shifts after update on accounting.shift
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.check_changed_shifts();

-- here: accounting.keep_shift_history.0008
