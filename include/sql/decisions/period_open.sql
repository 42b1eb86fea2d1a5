-- Run by `smena period open`: open a closed period by the only function that can.
select control.open_period(%(inn)s, %(through)s::date, %(opened_by)s, %(reason)s)
