-- Run by the desk once it has seen that what is acted upon is in sight: the transaction is the desk's own again.
select
    set_config('role', 'none', true),
    set_config('smena.organizations', '', true)
