-- Run by rehearse before each range of days: drop the tables of the previous slice.
-- writes: slice_shift
drop table if exists pg_temp.slice_shift
