-- Run by the pages and by certificates: whether the reader sees the whole organisation, not only places of it.
select control.sees_whole(%(inn)s) as is_whole
