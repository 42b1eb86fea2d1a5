-- Run by publish after settle_outcomes: the planner is told how many there are.
analyze settled
