-- Run by extract, before the first page of a load: make the partitions of this month and the next.
select raw.make_months()
