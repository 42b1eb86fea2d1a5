-- Run by `smena migrate`, revision 0017: what was told to people, so that it is told once.

create table control.alert (
    organization_inn text not null references control.organization (inn),
    day date not null,
    digest text not null,
    text text not null,
    payload jsonb not null,
    sent_by text not null,
    sent_at timestamptz not null default now(),
    primary key (organization_inn, day, digest)
);
comment on table control.alert is
'Messages that went out. Whatever happens, one a day and organisation: a row is written with the sending, or not at all.';
create unique index alert_of_day on control.alert (organization_inn, day);
select control.protect('control.alert');
