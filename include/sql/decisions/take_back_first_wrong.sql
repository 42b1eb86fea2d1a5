-- Run by taking answers back, under the lock: the first answer that cannot be taken back, and why.
--
-- `code` is a reason; `number`, `kind` and `day` belong to the blocking document, `other` is another decision.
-- reads: asked_answer
with answer as (
    select
        asked_answer.decision_id,
        decision.decision_id is not null as is_there,
        decision.organization_inn,
        decision.kind,
        decision.shift_id,
        decision.competing_shift_id,
        decision.document_id,
        decision.state,
        decision.resolution,
        decision.resolved_by,
        decision.taken_back_at,
        decision.held,
        decision.kept,
        closed_period.through
    from asked_answer
    left join control.decision on asked_answer.decision_id = decision.decision_id
    left join control.closed_period on decision.organization_inn = closed_period.organization_inn
),

-- The shifts that the answer has changed, as they are now and as they were before.
changed as (
    select
        answer.decision_id,
        answer.through,
        -- The answer made the last change: no row of the shift's history has this answer.
        (
            shift.decision_id = answer.decision_id
            and former.revision = shift.revision - 1
            and not former.has_answer
        ) as is_as_answered,
        least(shift.order_date, former.order_date) as day
    from answer
    inner join accounting.shift on shift.shift_id in (answer.shift_id, answer.competing_shift_id)
    left join lateral (
        select
            shift_history.revision,
            shift_history.order_date,
            exists(
                select from accounting.shift_history as after_it
                where after_it.shift_id = shift.shift_id and after_it.decision_id = answer.decision_id
            ) as has_answer
        from accounting.shift_history
        where shift_history.shift_id = shift.shift_id
        order by shift_history.revision desc
        limit 1
    ) as former on true
    where
        -- Only answers that make a counterpart the duplicate change it.
        shift.shift_id = answer.shift_id
        or shift.decision_id = answer.decision_id
        or exists (
            select from accounting.shift_history
            where shift_history.shift_id = shift.shift_id and shift_history.decision_id = answer.decision_id
        )
),

-- The document of Market that the answer has changed.
document as (
    select
        answer.decision_id,
        answer.through,
        market_document.kind,
        market_document.number,
        market_document.date,
        least(market_document.date, (former.head ->> 'date')::date) as first_date,
        market_document.status,
        -- The source may have reported a third content, and then that of the answer again.
        (
            market_document.digest <> answer.held ->> 'digest'
            or former.head ->> 'digest' is distinct from answer.kept ->> 'digest'
        ) as is_changed_since
    from answer
    inner join accounting.market_document on answer.document_id = market_document.document_id
    left join accounting.market_document_history as former
        on market_document.document_id = former.document_id and former.revision = market_document.revision - 1
    where answer.resolution = 'reverse'
),

touched as (
    select
        answer.decision_id,
        answer.through,
        coalesce(cash_order.issued_decision_id = answer.decision_id, false) as is_issued,
        cash_order.status,
        cash_order.revision,
        cash_order.kind,
        cash_order.number,
        cash_order.date as day,
        (cash_order.shift_id in (answer.shift_id, answer.competing_shift_id)) as is_in_place
    from answer
    inner join accounting.cash_order
        on
            answer.decision_id = cash_order.issued_decision_id
            or answer.decision_id = cash_order.reversed_decision_id
),

-- The days of all rows that the answer has changed, with the day through which the books are closed.
dated as (
    select
        decision_id,
        through,
        day
    from touched
    union all
    select
        decision_id,
        through,
        day
    from changed
    union all
    select
        decision_id,
        through,
        first_date
    from document
),

wrong as (
    select
        decision_id,
        1 as gravity,
        'answer_unknown' as code,
        null::bigint as other,
        null::text as kind,
        null::text as number,
        null::date as day
    from answer
    where not is_there
    union all
    select
        decision_id,
        2,
        case
            when state = 'open' then 'answer_not_given'
            when taken_back_at is not null then 'answer_taken_back_already'
            else 'answer_by_rule'
        end,
        null,
        null,
        null,
        null
    from answer
    where is_there and (state = 'open' or taken_back_at is not null or resolved_by = 'rule')
    union all
    select
        decision_id,
        3,
        'answer_built_upon',
        null,
        kind,
        number::text,
        day
    from touched
    where is_issued and status in ('accepted', 'rejected')
    union all
    select
        decision_id,
        3,
        'answer_built_upon',
        null,
        kind,
        number,
        date
    from document
    where status <> 'new'
    union all
    select
        decision_id,
        4,
        'answer_in_closed_period',
        null,
        null,
        null,
        through
    from dated
    where day <= through
    union all
    select
        answer.decision_id,
        5,
        'answer_asked_again',
        other.decision_id as other,
        null,
        null,
        null
    from answer
    inner join control.decision as other
        on
            other.state = 'open'
            and (
                answer.document_id = other.document_id
                or (answer.shift_id = other.shift_id and answer.kind = other.kind)
            )
    union all
    select
        decision_id,
        6,
        'answer_outdated',
        null,
        null,
        null,
        null
    from changed
    where not coalesce(is_as_answered, false)
    union all
    select
        decision_id,
        6,
        'answer_outdated',
        null,
        null,
        null,
        null
    from touched
    where not coalesce(is_in_place, false) or (is_issued and (status <> 'new' or revision <> 1))
    union all
    select
        decision_id,
        6,
        'answer_outdated',
        null,
        null,
        null,
        null
    from document
    where is_changed_since
)

select
    decision_id,
    code,
    other,
    kind,
    number,
    day
from wrong
order by decision_id, gravity, number
limit 1
