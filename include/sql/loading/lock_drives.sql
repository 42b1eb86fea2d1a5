-- Run by publish, after lock_organization and before matching: batches with shifts of one fiscal drive, or of one
-- cashbox of Market, wait for each other, whatever their organisations.
--
-- Every drive has one of 64 locks, by the hash of its number, and a batch takes its locks in ascending order, so no two
-- batches wait for each other in a circle. One lock per drive would be too many: 20,000 do not fit into the server's
-- table of locks. The first argument of the lock function distinguishes these locks from others.
select pg_advisory_xact_lock(7364002, ordered.place)
from (
    select distinct (hashtextextended(staged.drive, 0) & 63)::integer as place
    from (
        select shift.fiscal_drive_number as drive
        from stage.shift
        where shift.batch_id = %(batch_id)s
        union all
        select till_shift.cashbox_id
        from stage.till_shift
        where till_shift.batch_id = %(batch_id)s
    ) as staged
    order by place
) as ordered
