-- Run by the desk at the begin of a transaction that shows a page.
select set_config('transaction_read_only', 'on', true)
