-- Run by the desk with a visitor's eyes: whether he sees every organisation.
select control.sees_all() as sees_all
