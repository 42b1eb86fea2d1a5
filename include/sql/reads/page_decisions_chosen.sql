-- Run by the page «Решения»: a filter's decisions that have a recommended answer, with the answer.
select
    decision_id,
    word
from
    control.waiting_decisions(
        %(inn)s, %(about)s, %(word)s, %(first_day)s::date, %(last_day)s::date, %(least)s::numeric, %(most)s::numeric
    ) as waiting
where word is not null
order by decision_id
