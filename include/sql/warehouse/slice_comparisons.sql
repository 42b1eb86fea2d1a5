-- Run by publish after slice_scope: results of comparing cheques with receipts for the till shifts in question, and for
-- those that the batch reports.
-- reads: slice_shift
select
    comparison.till_id::text as till_id,
    comparison.fiscal_id::text as fiscal_id,
    comparison.till_facts,
    comparison.fiscal_facts,
    comparison.is_explained,
    comparison.explanation,
    comparison.batch_id = %(batch_id)s as is_of_batch
from control.comparison
where
    comparison.till_id in (
        select slice_shift.shift_id from slice_shift
        union
        select till_shift.shift_id from stage.till_shift
        where till_shift.batch_id = %(batch_id)s
    )
