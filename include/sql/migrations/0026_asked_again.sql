-- Run by `smena migrate`, revision 0026: what was asked for again, and differences that only a second asking can find.

alter table control.difference drop constraint difference_kind_check;
alter table control.difference add constraint difference_kind_check check (
    kind in (
        'shift_totals', 'shift_receipts', 'shift_not_told', 'totals_contradict', 'vat', 'receipts_changed', 'documents',
        'days', 'organization_days', 'orders', 'two_sources', 'till_changed', 'till_not_told', 'till_not_here'
    )
);

create table control.confirmed_shift (
    shift_id uuid primary key,
    organization_inn text not null references control.organization (inn),
    evidence bigint[] not null,
    vat jsonb,
    asked_at timestamptz,
    batch_id bigint not null references control.batch (batch_id)
);
comment on table control.confirmed_shift is
'Shifts whose receipts or cheques a reconciliation has read again. A row holds for the evidence that it names: a shift '
'that was booked from other pages since is not confirmed.';
comment on column control.confirmed_shift.vat is
'VAT of the receipts of the evidence in kopecks, [{"operation", "rate", "vat"}]; empty where it is not known.';
comment on column control.confirmed_shift.asked_at is
'When the source was asked for its receipts (Market: its cheques) again and they were compared; empty for never.';
select control.protect('control.confirmed_shift');

create table control.confirmed_shop_day (
    organization_inn text not null references control.organization (inn),
    shop_id text not null,
    day date not null,
    asked_at timestamptz not null default now(),
    batch_id bigint not null references control.batch (batch_id),
    primary key (organization_inn, shop_id, day)
);
comment on table control.confirmed_shop_day is
'Days of a shop that were loaded when Market was asked for their cheques again and they were compared.';
select control.protect('control.confirmed_shop_day');
