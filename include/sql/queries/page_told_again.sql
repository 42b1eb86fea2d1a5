-- Run by extract: the same bytes came when the same question was asked again.
insert into raw.told_again (page_id, fetched_at)
values (%(page_id)s, %(fetched_at)s)
on conflict do nothing
