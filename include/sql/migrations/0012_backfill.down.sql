-- Run by `smena migrate`, back from revision 0012.

drop index control.batch_unfinished;
comment on column control.batch.run_id is null;
comment on column control.batch.reason is null;
update control.batch set reason = 'planned'
where reason = 'backfill';
alter table control.batch drop constraint batch_reason_check;
alter table control.batch add constraint batch_reason_check check (reason in ('planned', 'asked'));
