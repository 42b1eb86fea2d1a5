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
