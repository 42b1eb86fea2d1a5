-- Run by publish of Kontur.Market after market_decided_table is filled: give the planner its number of rows.
-- reads: decided_document
analyze decided_document
