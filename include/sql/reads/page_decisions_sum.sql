-- Run by the page «Решения»: count, sum and recommended answers of a filter's decisions, and a digest of them all,
-- which ensures that answering all of a filter answers those that were shown.
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
