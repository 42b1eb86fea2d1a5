-- Run by publish after pair_fiscal: the planner is told how many there are.
analyze fiscal
