-- Run by match, last: the planner is told how many shifts were decided.
analyze decided (shift_id, verdict, outcome)
