-- Run by the pages before a page is read, and by alerts to the recipient of a place: until `page_leave` the transaction
-- runs as smena_accountant with an accountant's sight.
select
    set_config('smena.organizations', %(organizations)s, true),
    set_config('smena.places', %(places)s, true),
    set_config('statement_timeout', '15000', true),
    set_config('role', 'smena_accountant', true)
