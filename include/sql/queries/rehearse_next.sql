-- Run by rehearse before each lot: the tables of the slice before go.
drop table if exists pg_temp.slice_shift
