-- Run by the pages under the user's row-level security: whether the user sees every organisation.
select control.sees_all() as sees_all
