-- Run by the desk, «Решения»: how many decisions a filter finds, what they sum to, which answers are recommended, and a digest
-- of them all: answering all of a filter answers those that were shown.
select
    count(*) as decisions,
    coalesce(sum(abs(difference)), 0) as amount,
    count(*) filter (where difference is null) as without_amount,
    count(word) as recommended,
    coalesce(sum(abs(difference)) filter (where word is not null), 0) as recommended_amount,
    md5(coalesce(string_agg(decision_id || ' ' || digest || ' ' || coalesce(word, ''), ',' order by decision_id), ''))
        as digest
from control.waiting_decisions(
    %(inn)s, %(about)s, %(word)s, %(first_day)s::date, %(last_day)s::date, %(least)s::numeric, %(most)s::numeric
) as waiting
