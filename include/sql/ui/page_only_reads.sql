-- Run by the pages at the beginning of a transaction that shows a page: make it read-only.
select set_config('transaction_read_only', 'on', true)
