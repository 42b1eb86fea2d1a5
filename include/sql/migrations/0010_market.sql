-- Run by `smena migrate`, revision 0010: Kontur.Market tells of the same shops from the till's side.
--
-- A till shift of Market has no fiscal identifiers. It is a shift of its own here until a link between its cashbox and a
-- register (РНМ) says which shift of the OFD it is; then it is a duplicate of that one, and the OFD's is booked.

create table control.shop (
    organization_inn text not null references control.organization (inn),
    shop_id text not null,
    name text not null default '',
    address text not null default '',
    kpp text not null default '',
    is_paid boolean,
    seen_at timestamptz not null,
    primary key (organization_inn, shop_id)
);
comment on table control.shop is
'Shops of Kontur.Market. For this product the ledgers (assignment, coverage, gap, page) hold a shop''s id as kkt_reg_id.';

create table control.register_link (
    register_link_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    cashbox_id text not null,
    kkt_reg_id text,
    days daterange not null check (not isempty(days)),
    state text not null check (state in ('in_force', 'proposed', 'withdrawn')),
    evidence jsonb not null default '{}',
    reason text not null default '',
    decided_by text not null,
    decided_at timestamptz not null default now(),
    withdrawn_by text,
    withdrawn_at timestamptz,
    constraint one_register_of_a_cashbox exclude using gist (
        organization_inn with =, cashbox_id with =, days with &&
    ) where (state = 'in_force'),
    constraint one_cashbox_of_a_register exclude using gist (
        organization_inn with =, kkt_reg_id with =, days with &&
    ) where (state = 'in_force' and kkt_reg_id is not null)
);
comment on table control.register_link is
'Which register of the OFD a cashbox of Market is, and in which days; kkt_reg_id is empty where the OFD has none of it.';
create unique index one_proposal on control.register_link (organization_inn, cashbox_id, kkt_reg_id)
where state = 'proposed';

alter table accounting.shift
alter column kkt_reg_id drop not null,
alter column fiscal_drive_number drop not null,
alter column shift_number drop not null,
alter column fiscal_document_number drop not null,
add column shop_id text,
add column cashbox_id text,
add column till_shift text,
add column price_correction numeric(15, 2),
add column same_as uuid references accounting.shift (shift_id),
add constraint shift_is_known_by_its_source check (
    case source
        when 'ofd'
            then
                kkt_reg_id is not null and fiscal_drive_number is not null and shift_number is not null
                and fiscal_document_number is not null and till_shift is null
        else
            shop_id is not null and cashbox_id is not null and till_shift is not null
            and fiscal_drive_number is null and shift_number is null
    end
),
add constraint duplicate_of_another_source check (
    (outcome <> 'duplicate' or same_as is not null) and same_as is distinct from shift_id
);
create unique index shift_of_cashbox on accounting.shift (organization_inn, cashbox_id, till_shift);
create index shift_same_as on accounting.shift (same_as) where same_as is not null;
comment on column accounting.shift.till_shift is 'cashRegisterId of Kontur.Market: its name of a shift.';
comment on column accounting.shift.same_as is 'The shift of the other source that this one is; one of the two is booked.';
comment on column accounting.shift.price_correction is 'Rounding of cash in Market''s cheques, sales less refunds.';

create function accounting.till_shift_id(cashbox_id text, till_shift text) returns uuid
language sql immutable strict parallel safe
return md5('till:' || cashbox_id || ':' || till_shift)::uuid;

alter table accounting.shift_history
alter column kkt_reg_id drop not null,
alter column fiscal_drive_number drop not null,
alter column shift_number drop not null,
alter column fiscal_document_number drop not null,
add column shop_id text,
add column cashbox_id text,
add column till_shift text,
add column price_correction numeric(15, 2),
add column same_as uuid;

-- here: accounting.keep_shift_history.0010

create function accounting.shift_facts(told accounting.shift) returns jsonb
language sql stable parallel safe
return jsonb_build_object(
    'cash_income', told.cash_income, 'cash_refund', told.cash_refund, 'cash_payout', told.cash_payout,
    'cash_payout_refund', told.cash_payout_refund, 'cashless_income', told.cashless_income,
    'cashless_refund', told.cashless_refund, 'receipts', told.receipts, 'order_date', told.order_date
);
comment on function accounting.shift_facts is 'One side of a decision: what is compared, and what orders are made of.';

-- A decision may be about two shifts: what one source tells against what the other does.
alter table control.decision add column rival_id uuid references accounting.shift (shift_id);
comment on column control.decision.rival_id is
'The shift on the kept side, where the two sides are shifts of two sources; shift_id is the one that is held back.';

create unlogged table stage.till_shift (
    batch_id bigint not null,
    shard integer not null,
    shop_id text not null,
    cashbox_id text not null,
    till_shift text not null,
    opened_at timestamp not null,
    closed_at timestamp not null,
    receipts integer not null,
    cash_income bigint,
    cash_refund bigint,
    cashless_income bigint,
    cashless_refund bigint,
    price_correction bigint,
    order_day date not null,
    outcome text not null,
    reason text,
    evidence bigint[] not null,
    shift_id uuid not null generated always as (accounting.till_shift_id(cashbox_id, till_shift)) stored
);
comment on table stage.till_shift is 'Sums in kopecks; none where the shift is incomplete.';
create index stage_till_shift_of_batch on stage.till_shift (batch_id, shard);

-- An order that Market told of first goes over to the shift of the OFD that turns out to be the same one: it keeps its
-- number, its date and its book, and once accepted its contents too.
-- here: accounting.check_changed_orders.0010

create function accounting.check_moved_orders() returns trigger
language plpgsql
as $$
declare
    wrong record;
begin
    with moved as materialized (
        select old_rows.organization_inn, old_rows.kpp, old_rows.number, old_rows.shift_id, new_rows.shift_id as goes_to
        from old_rows
        inner join new_rows on old_rows.document_id = new_rows.document_id and old_rows.shift_id <> new_rows.shift_id
    )
    select moved.organization_inn, moved.kpp, moved.number
    into wrong
    from moved
    where
        not exists (
            select from accounting.shift
            where shift.shift_id = moved.shift_id and shift.same_as = moved.goes_to and shift.source = 'market'
        );
    if found then
        raise exception 'order % of % / % goes over to a shift that is not the same one',
            wrong.number, wrong.organization_inn, wrong.kpp
            using errcode = 'check_violation', constraint = 'order_moves_to_the_same_shift';
    end if;
    return null;
end
$$;
create trigger moved_orders after update on accounting.cash_order
referencing old table as old_rows new table as new_rows
for each statement execute function accounting.check_moved_orders();

-- here: control.reach.0010
comment on view control.reach is
'Days from the start date in force on which a register may be read: named by the mandate, inside its permission, not '
'before its first document. Of Kontur.Market: on which a shop may be.';
