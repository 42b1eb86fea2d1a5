-- Run by `smena migrate`, revision 0025: whether corrections wait for a person, and which shifts are booked with them.

alter table control.organization add column corrections text not null default 'review' check (
    corrections in ('review', 'book')
);
comment on column control.organization.corrections is
'Cash of a correction that is not known to be of its shift''s own day: `review` asks a person, `book` takes it as revenue.';

alter table stage.shift add column has_corrections boolean not null default false;
