-- Run by the planner of the OFD, whose units are registers: wanted minus covered days, and the look-back for late
-- documents, in windows of bounded length.
--
-- The list's time of a register's newest document is credible only if it is present, not in the future, and neither an
-- earlier list nor a stored shift is newer. A register is silent, and not requested, on days after its newest document
-- only if that time is credible, was read through, and is older than the look-back, and no shift of it is known to be
-- open or missing. Every other register is requested in each planned load: its missing days, and the days of the
-- look-back. If its newest document has moved since it was last read, everything from there on may be new. Days of
-- shifts that were not booked only because of a start date or a closed period, which has moved since, are missing
-- again.
--
-- A backfill requests only missing days, from its first day on, without those that its unfinished batches already
-- request. It moves the mark of how far a register was read only if that hides no covered day from a later look-back.
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
            -- The shift waits for a link between its register and a cashbox of Market, which may exist by now.
            or exists (
                select from control.decision
                where
                    decision.shift_id = shift.shift_id
                    and decision.state = 'open'
                    and decision.kind = 'review'
                    and decision.competing_shift_id is not null
            )
        )
        and shift.source = 'ofd'
        and shift.order_date >= integration.start_date
        and shift.order_date > coalesce(closed_period.through, '-infinity')
    group by shift.kkt_reg_id
),

under_way as (
    select
        unit_id,
        range_agg(daterange(first_day, last_day, '[]')) as days
    from control.assignment
    where batch_id = any(%(taken_up)s::bigint[])
    group by unit_id
),

readable_days as (
    select
        readable_days.unit_id,
        register.read_through,
        case
            when
                not register.has_future_clock
                and register.last_document_at
                >= coalesce(greatest(register.newest_document_at, stored.closed_at), '-infinity')
                then register.last_document_at
        end as last_document_at,
        exists (
            select from control.gap
            where
                gap.organization_inn = register.organization_inn
                and gap.product = %(product)s
                and gap.unit_id = register.kkt_reg_id
                and gap.reason = 'open_shift'
        ) or exists (
            select from control.completeness
            where
                completeness.organization_inn = register.organization_inn
                and completeness.kkt_reg_id = register.kkt_reg_id
                and completeness.day >= register.last_document_at::date
                and completeness.verdict in ('missing', 'open')
        ) as lacks_shifts,
        readable_days.days * daterange(null, %(horizon)s, '[]') as wanted,
        coalesce(covered.days, '{}'::datemultirange) - coalesce(waived.days, '{}'::datemultirange) as covered,
        coalesce(under_way.days, '{}'::datemultirange) as under_way
    from control.readable_days
    inner join control.register
        on readable_days.organization_inn = register.organization_inn and readable_days.unit_id = register.kkt_reg_id
    left join control.covered
        on
            readable_days.organization_inn = covered.organization_inn
            and readable_days.product = covered.product
            and readable_days.unit_id = covered.unit_id
    cross join
        lateral (
            select max(shift.closed_at) as closed_at
            from accounting.shift
            where
                shift.organization_inn = register.organization_inn
                and shift.kkt_reg_id = register.kkt_reg_id
                and shift.source = 'ofd'
        ) as stored
    left join waived on readable_days.unit_id = waived.kkt_reg_id
    left join under_way on readable_days.unit_id = under_way.unit_id
    where
        readable_days.organization_inn = %(inn)s
        and readable_days.product = %(product)s
        and register.seen_at >= %(seen_at)s
),

known as (
    select
        *,
        datemultirange(wanted * daterange(%(first_day)s, null)) - covered - under_way as missing,
        coalesce(
            last_document_at::date < %(today)s - %(look_back_days)s and not lacks_shifts, false
        ) as is_quiet,
        coalesce(last_document_at <= read_through, false) as is_read
    from readable_days
),

asked as (
    select
        *,
        missing * datemultirange(
            case when is_quiet then daterange(last_document_at::date + 1, null) else 'empty'::daterange end
        ) as quiet,
        case
            when %(looks_back)s and not (is_quiet and is_read)
                then
                    datemultirange(
                        wanted
                        * daterange(
                            least(
                                %(today)s - %(look_back_days)s,
                                upper(covered) + 1 - %(look_back_days)s,
                                case when last_document_at > read_through then read_through::date end
                            ),
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
        asked.unit_id,
        asked.last_document_at,
        asked.missing,
        asked.moves_mark,
        piece.days,
        piece.days as cut,
        false as is_silent
    from asked
    cross join lateral unnest(asked.missing + asked.look_back - asked.quiet) as piece (days)
    union all
    select
        asked.unit_id,
        asked.last_document_at,
        asked.missing,
        asked.moves_mark,
        piece.days,
        daterange(lower(piece.days), lower(piece.days) + 1) as cut,
        asked.is_read as is_silent
    from asked
    cross join lateral unnest(asked.quiet) as piece (days)
),

-- Nothing is expected on days after the newest document: they lengthen the window before them, or are one window of any
-- length.
joined as (
    select
        ranges.unit_id,
        ranges.last_document_at,
        ranges.missing,
        ranges.moves_mark,
        ranges.cut,
        ranges.is_silent,
        coalesce(quiet.days, ranges.days) as tail
    from ranges
    left join ranges as quiet
        on
            ranges.unit_id = quiet.unit_id
            and upper(ranges.days) = lower(quiet.days)
            and not quiet.is_silent
    where
        ranges.is_silent
        or not exists (
            select from ranges as before
            where
                before.unit_id = ranges.unit_id
                and not before.is_silent
                and upper(before.days) = lower(ranges.days)
        )
)

select
    joined.unit_id,
    piece.first_day::date as first_day,
    case
        when piece.first_day::date + %(window_days)s >= upper(joined.cut) then upper(joined.tail)
        else piece.first_day::date + %(window_days)s
    end - 1 as last_day,
    case
        when joined.is_silent then 'silent'
        when joined.missing && daterange(piece.first_day::date, piece.first_day::date + %(window_days)s) then 'missing'
        else 'look_back'
    end as reason,
    joined.last_document_at,
    joined.moves_mark
from joined
cross join
    lateral generate_series(
        lower(joined.cut)::timestamp,
        upper(joined.cut)::timestamp - interval '1 day',
        %(window_days)s * interval '1 day'
    ) as piece (first_day)
order by joined.unit_id, piece.first_day
