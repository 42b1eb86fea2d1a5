-- Run by publish, before its transaction: without statistics the planner takes a full stage for a few rows.
analyze stage.shift (batch_id, shift_id), stage.cash_order (batch_id, shift_id), stage.reject (batch_id),
stage.till_shift (batch_id, shift_id), stage.market_document (batch_id, shard, kind, key),
stage.market_document_line (batch_id, shard, kind, key)
