-- Run by publish after slice_scope: give the planner its number of rows.
-- reads: slice_shift
analyze slice_shift
