-- Run by publish, before its transaction: without statistics the planner takes a full stage for a few rows.
select stage.refresh_statistics()
