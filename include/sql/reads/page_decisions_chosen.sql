-- Run by the desk, «Решения»: the decisions of a filter that have a recommended answer, with it.
select
    decision_id,
    word
from
    control.waiting_decisions(
        %(inn)s, %(about)s, %(word)s, %(first_day)s::date, %(last_day)s::date, %(least)s::numeric, %(most)s::numeric
    ) as waiting
where word is not null
order by decision_id
