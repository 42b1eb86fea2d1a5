-- Run by publish, reconcile and `smena quarantine retry`, before publish_uncovered: a table for the days to be
-- requested again. A null end means no end: any day of the unit.
-- makes: uncovered
create temporary table uncovered (
    organization_inn text not null,
    product text not null,
    unit_id text not null,
    first_day date,
    end_day date,
    reason text,
    details text
) on commit drop
