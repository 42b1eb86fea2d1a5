-- Run by the page «Решения»: a page of a filter's open decisions, sorted by one column. Nulls sort as the greatest
-- values.
with listed as (
    select
        waiting.*,
        case %(sort)s
            when 'money' then abs(waiting.difference)
            when 'day' then extract(epoch from waiting.day)
            when 'since' then extract(epoch from waiting.since)
        end as number_key,
        case %(sort)s
            when 'organization' then waiting.organization_name
            when 'till' then coalesce(nullif(waiting.till, ''), waiting.till_id)
            when 'kind' then waiting.about
            when 'word' then coalesce(waiting.word, '')
        end as text_key
    from control.waiting_decisions(
        %(inn)s, %(about)s, %(word)s, %(first_day)s::date, %(last_day)s::date, %(least)s::numeric, %(most)s::numeric
    ) as waiting
)

select
    decision_id,
    organization_inn,
    organization_name,
    timezone,
    kind,
    about,
    source,
    day,
    till_id,
    till,
    difference,
    word,
    since
from listed
order by
    case when %(down)s then number_key end desc nulls first,
    case when not %(down)s then number_key end asc nulls last,
    case when %(down)s then text_key end desc,
    case when not %(down)s then text_key end asc,
    decision_id asc
limit %(rows)s offset %(skip)s
