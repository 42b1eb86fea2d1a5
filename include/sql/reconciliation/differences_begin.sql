-- Run by reconcile: a table to collect differences in, kind by kind.
-- makes: found_difference
create temporary table found_difference (
    kind text not null,
    kkt_reg_id text,
    day date not null,
    amount numeric(15, 2) not null,
    cause text not null,
    details jsonb not null,
    shifts uuid[] not null,
    key text not null,
    is_explained boolean not null default false
) on commit drop
