-- Run by publish after the tables are filled: give the planner their numbers of rows.
-- reads: change_shift, booked_shift, opening_decision
analyze change_shift, booked_shift, opening_decision
