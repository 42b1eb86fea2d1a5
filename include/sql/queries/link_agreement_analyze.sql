-- Run by publish after link_agreement: the planner is told how many there are.
analyze agreement
