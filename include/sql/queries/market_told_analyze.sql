-- Run by publish after market_told: the planner is told how many there are.
-- reads: told_document
analyze told_document
