-- Run by the page «Решения», for a person to confirm: a filter's decisions by their recommended answer.
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
