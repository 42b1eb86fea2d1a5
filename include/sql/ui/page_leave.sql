-- Run by the pages once an action's objects are known to be in sight: the transaction runs as the pages' own login
-- again.
select
    set_config('role', 'none', true),
    set_config('smena.organizations', '', true),
    set_config('smena.places', '', true)
