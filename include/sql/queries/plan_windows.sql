-- Run by the planner: wanted minus covered, and the look-back for late documents, in windows of bounded length.
--
-- A register sends its documents in order, so nothing can exist after its newest document: such days are silent and are
-- not asked for. Where its newest document has moved since it was last read, everything from there on may be new, and
-- so may what the last days of the look-back hold. A register that was never read is looked at from its beginning. Days
-- of shifts that were not booked only for a start date or a closed period which are no longer so are missing again.
--
-- A backfill asks for what is missing only, from its first day on, and not for what its unfinished batches ask already.
-- It moves the mark of how far a register was read only where that hides no covered day from a later look-back.
with waived as (
    select
        shift.kkt_reg_id,
        range_agg(daterange(shift.closed_at::date, shift.closed_at::date, '[]')) as days
    from accounting.shift
    inner join control.integration
        on shift.organization_inn = integration.organization_inn and integration.product = %(product)s
    left join control.closed_period on shift.organization_inn = closed_period.organization_inn
    where
        shift.organization_inn = %(inn)s
        and (
            shift.outcome in ('before_start', 'closed_period')
            -- It waits for a link between its register and a cashbox of Market, which may be there by now.
            or exists (
                select from control.decision
                where
                    decision.shift_id = shift.shift_id
                    and decision.state = 'open'
                    and decision.kind = 'review'
                    and decision.rival_id is not null
            )
        )
        and shift.source = 'ofd'
        and shift.order_date >= integration.start_date
        and shift.order_date > coalesce(closed_period.through, '-infinity')
    group by shift.kkt_reg_id
),

under_way as (
    select
        kkt_reg_id,
        range_agg(daterange(first_day, last_day, '[]')) as days
    from control.assignment
    where batch_id = any(%(taken_up)s::bigint[])
    group by kkt_reg_id
),

reach as (
    select
        reach.kkt_reg_id,
        register.last_document_at,
        register.read_through,
        reach.days * daterange(null, %(horizon)s, '[]') as wanted,
        coalesce(covered.days, '{}'::datemultirange) - coalesce(waived.days, '{}'::datemultirange) as covered,
        coalesce(under_way.days, '{}'::datemultirange) as under_way
    from control.reach
    inner join control.register
        on reach.organization_inn = register.organization_inn and reach.kkt_reg_id = register.kkt_reg_id
    left join control.covered
        on
            reach.organization_inn = covered.organization_inn
            and reach.product = covered.product
            and reach.kkt_reg_id = covered.kkt_reg_id
    left join waived on reach.kkt_reg_id = waived.kkt_reg_id
    left join under_way on reach.kkt_reg_id = under_way.kkt_reg_id
    where
        reach.organization_inn = %(inn)s
        and reach.product = %(product)s
        and register.seen_at >= %(seen_at)s
),

known as (
    select
        *,
        datemultirange(wanted * daterange(%(first_day)s, null)) - covered - under_way as missing,
        case
            when last_document_at is null then 'empty'::daterange
            else daterange(null, last_document_at::date, '[]')
        end as with_documents
    from reach
),

asked as (
    select
        *,
        missing * datemultirange(with_documents) as missing_with_documents,
        missing - datemultirange(with_documents) as silent,
        case
            when %(looks_back)s and last_document_at > coalesce(read_through, '-infinity')
                then
                    datemultirange(
                        wanted
                        * with_documents
                        * daterange(
                            case
                                when read_through is not null
                                    then least(%(today)s - %(look_back_days)s, read_through::date)
                            end,
                            null
                        )
                    )
            else '{}'::datemultirange
        end as look_back,
        %(looks_back)s
        or covered * datemultirange(
            wanted
            * daterange(
                case
                    when read_through is not null
                        then least(%(today)s - %(look_back_days)s, (read_through + interval '1 second')::date)
                end,
                null
            )
        ) = '{}'::datemultirange as moves_mark
    from known
),

ranges as (
    select
        kkt_reg_id,
        last_document_at,
        missing_with_documents,
        moves_mark,
        unnest(missing_with_documents + look_back) as days,
        'asked' as how
    from asked
    union all
    select
        kkt_reg_id,
        last_document_at,
        missing_with_documents,
        moves_mark,
        unnest(silent) as days,
        'silent' as how
    from asked
)

select
    ranges.kkt_reg_id,
    piece.first_day::date as first_day,
    least(piece.first_day::date + %(window_days)s - 1, upper(ranges.days) - 1) as last_day,
    case
        when ranges.how = 'silent' then 'silent'
        when
            ranges.missing_with_documents
            && daterange(piece.first_day::date, piece.first_day::date + %(window_days)s)
            then 'missing'
        else 'look_back'
    end as reason,
    ranges.last_document_at,
    ranges.moves_mark
from ranges
cross join
    lateral generate_series(
        lower(ranges.days)::timestamp,
        upper(ranges.days)::timestamp - interval '1 day',
        %(window_days)s * interval '1 day'
    ) as piece (first_day)
order by ranges.kkt_reg_id, piece.first_day
