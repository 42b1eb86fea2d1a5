-- Run by `smena period open`: the one way in which a closed period is opened.
select control.open_period(%(inn)s, %(through)s::date, %(opened_by)s, %(reason)s)
