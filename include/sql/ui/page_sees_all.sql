-- Run by the desk under a visitor's row-level security: whether the visitor sees every organisation.
select control.sees_all() as sees_all
