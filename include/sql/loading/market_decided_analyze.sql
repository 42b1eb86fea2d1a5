-- Run by publish of Kontur.Market after market_decided_table is filled: the planner learns how many there are.
-- reads: decided_document
analyze decided_document
