-- Run by extract, before the first page of a load: the partitions of this month and the next are there.
select raw.make_months()
