-- Run by publish after slice_scope: the planner is told how many there are.
-- reads: slice_shift
analyze slice_shift
