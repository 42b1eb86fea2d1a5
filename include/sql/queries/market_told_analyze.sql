-- Run by publish after market_told: the planner is told how many there are.
analyze told_document
