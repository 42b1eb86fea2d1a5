-- Run by rehearse before each lot: the tables of the slice before go.
-- writes: slice_shift
drop table if exists pg_temp.slice_shift
