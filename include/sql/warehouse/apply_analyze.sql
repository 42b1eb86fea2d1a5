-- Run by publish after the tables are filled: the planner is told how many rows there are.
-- reads: change_shift, booked_shift, opening_decision
analyze change_shift, booked_shift, opening_decision
