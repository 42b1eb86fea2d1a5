-- Run by the desk, «Решения», for a person to confirm: the decisions of a filter by the answer that is recommended.
select
    about,
    word,
    count(*) as decisions,
    sum(abs(difference)) as amount
from
    control.waiting_decisions(
        %(inn)s, %(about)s, %(word)s, %(first_day)s::date, %(last_day)s::date, %(least)s::numeric, %(most)s::numeric
    ) as waiting
group by about, word
order by about, word
