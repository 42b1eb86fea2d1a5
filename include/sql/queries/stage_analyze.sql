-- Run by process after a shard is staged: without statistics the planner takes a full stage for a few rows.
analyze stage.shift, stage.cash_order, stage.reject
