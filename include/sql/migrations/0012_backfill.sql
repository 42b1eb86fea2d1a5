-- Run by `smena migrate`, revision 0012: batches of a backfill, each a quarter, which a later run may take up again.

alter table control.batch drop constraint batch_reason_check;
alter table control.batch add constraint batch_reason_check check (reason in ('planned', 'asked', 'backfill'));
comment on column control.batch.reason is
'planned: by a daily run; asked: days that a person named; backfill: a quarter, taken up again until it is published.';
comment on column control.batch.run_id is 'The run that works on it: of a backfill, the one that took it up last.';

create index batch_unfinished on control.batch (organization_inn, product)
where reason = 'backfill' and state = 'planned';
