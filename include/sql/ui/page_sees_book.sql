-- Run by the pages under a user's sight: whether the user sees a cash book (ИНН + КПП).
select control.sees_book(%(inn)s, %(kpp)s) as is_seen
