-- Run by publish after pair_tills: the planner is told how many there are.
analyze till
