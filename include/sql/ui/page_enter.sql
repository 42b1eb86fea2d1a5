-- Run by the desk before a page is read: from here to `page_leave` the transaction is an accountant's, and so is what it sees.
select
    set_config('smena.organizations', %(organizations)s, true),
    set_config('statement_timeout', '15000', true),
    set_config('role', 'smena_accountant', true)
