-- Run by rehearse, second: its transaction cannot be committed, because two equal rows violate a constraint that is
-- checked at the commit. It can only be rolled back.
-- makes: rehearsal_only, rehearsed, rehearsed_made
do $$
begin
    create temporary table rehearsal_only (one integer unique deferrable initially deferred) on commit drop;
    insert into rehearsal_only values (1), (1);
    create temporary table rehearsed (
        batch_id bigint not null,
        unit_id text not null,
        first_day date not null,
        day date,
        shift_id uuid
    ) on commit drop;
    create index rehearsed_day on rehearsed (batch_id, unit_id, day);
    create temporary table rehearsed_made (shift_id uuid not null primary key) on commit drop;
end
$$
