-- Run by the planner: the moment of this transaction, which is also that of the batches it opens.
select now() as moment
