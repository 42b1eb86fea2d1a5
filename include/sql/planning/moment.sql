-- Run by the planner: the start of this transaction, which is also the time of the batches it opens.
select now() as moment
