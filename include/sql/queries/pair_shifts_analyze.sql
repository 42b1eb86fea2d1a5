-- Run by publish after pair_shifts: the planner is told how many there are.
analyze pairing
