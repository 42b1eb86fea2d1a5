-- Run by the bench: the tables of `accounting` with their primary and unique keys, without checks and triggers: the
-- middle case between the bare tables and the real ones. INSERT … ON CONFLICT needs the keys.
create schema keyed;
create table keyed.shift (like accounting.shift including defaults including generated);
alter table keyed.shift add primary key (shift_id), add unique (fiscal_drive_number, shift_number);
create table keyed.cash_order (like accounting.cash_order including defaults including generated);
alter table keyed.cash_order add primary key (document_id), add unique (organization_inn, kpp, kind, book_year, number);
create unique index one_live_order on keyed.cash_order (shift_id, operation, taxation, agent)
where status in ('new', 'accepted');
