-- Run by the planner of the OFD for days that are not over: the registers that may have closed a shift in them, one
-- row each.
--
-- A register is left out only if the list's time of its newest document is credible (as for plan_windows) and shows
-- that nothing new can be there: it is older than these days, or it is that of the last z-report in the books, for
-- then no later document exists. The list may give it to the minute. Equal times alone prove nothing: a receipt and the
-- closing may be of one minute.
with known as (
    select
        register.kkt_reg_id,
        readable_days.days * daterange(%(first_day)s, %(last_day)s, '[]') as days,
        case
            when
                not register.has_future_clock
                and register.last_document_at >= coalesce(register.newest_document_at, '-infinity')
                then register.last_document_at
        end as last_document_at,
        stored.closed_at
    from control.readable_days
    inner join control.register
        on readable_days.organization_inn = register.organization_inn and readable_days.unit_id = register.kkt_reg_id
    cross join
        lateral (
            select max(shift.closed_at) as closed_at
            from accounting.shift
            where
                shift.organization_inn = register.organization_inn
                and shift.kkt_reg_id = register.kkt_reg_id
                and shift.source = 'ofd'
                and shift.outcome <> 'incomplete'
        ) as stored
    where
        readable_days.organization_inn = %(inn)s
        and readable_days.product = %(product)s
        and register.seen_at >= %(seen_at)s
)

select
    known.kkt_reg_id as unit_id,
    lower(known.days) as first_day,
    upper(known.days) - 1 as last_day,
    'missing' as reason,
    known.last_document_at,
    false as moves_mark
from known
where
    not isempty(known.days)
    and not coalesce(
        known.last_document_at < lower(known.days)
        and known.last_document_at >= coalesce(known.closed_at, '-infinity'),
        false
    )
    and not coalesce(
        known.last_document_at = known.closed_at
        or (
            known.last_document_at = date_trunc('minute', known.last_document_at)
            and known.last_document_at = date_trunc('minute', known.closed_at)
        ),
        false
    )
order by known.kkt_reg_id
