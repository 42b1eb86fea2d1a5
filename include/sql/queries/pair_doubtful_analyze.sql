-- Run by publish after pair_doubtful: the planner is told how many there are.
analyze doubtful
