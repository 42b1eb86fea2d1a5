-- Run by publish, first in its transaction and in that of the checks of the whole batch: give sorts and joins of
-- 100,000 shifts and their orders enough memory. With the default of 4 MB each of them is written to disk and read
-- again.
set local work_mem = '64MB'
