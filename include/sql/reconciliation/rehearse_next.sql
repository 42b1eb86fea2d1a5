-- Run by rehearse before each part of the shifts: drop the tables of the slice before.
-- writes: slice_shift
drop table if exists pg_temp.slice_shift
