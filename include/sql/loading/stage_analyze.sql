-- Run by publish, before its transaction: without statistics the planner expects a full stage to have few rows.
select stage.refresh_statistics()
