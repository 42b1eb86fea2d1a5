-- Run by reconcile after proof_missing: the verdict about each register and day of the window, made again.
-- reads: missing_shift, open_shift
with lacking as (
    select
        missing_shift.kkt_reg_id,
        missing_shift.days,
        case
            when missing_shift.last_number is null
                then
                    case
                        when missing_shift.fiscal_drive_number is null then 'shift_missing_or_later '
                        else 'shift_missing_of_drive_or_later '
                    end
            when missing_shift.last_number > missing_shift.first_number
                then
                    case
                        when missing_shift.fiscal_drive_number is null then 'shifts_missing '
                        else 'shifts_missing_of_drive '
                    end
            when missing_shift.fiscal_drive_number is null then 'shift_missing '
            else 'shift_missing_of_drive '
        end
        || jsonb_strip_nulls(
            jsonb_build_object('drive', missing_shift.fiscal_drive_number)
            || case
                when missing_shift.last_number > missing_shift.first_number
                    then jsonb_build_object('first', missing_shift.first_number, 'last', missing_shift.last_number)
                else jsonb_build_object('shift', missing_shift.first_number)
            end
        )::text as what,
        missing_shift.first_number as place,
        true as is_missing
    from missing_shift
    union all
    select
        shift.kkt_reg_id,
        daterange(shift.closed_at::date, shift.closed_at::date, '[]'),
        'shift_of_drive_incomplete '
        || jsonb_build_object(
            'drive', shift.fiscal_drive_number,
            'shift', shift.shift_number,
            'reason', coalesce(unread.reason, shift.reason, '')
        )::text,
        shift.shift_number,
        not coalesce(cut.yes, false)
    from accounting.shift
    left join jsonb_to_recordset(%(unread)s) as unread (shift_id uuid, reason text)
        on shift.shift_id = unread.shift_id
    left join lateral (
        -- Its opening lies before the permission: the missing documents may not be readable.
        select true as yes
        from control.source_shift as reported
        inner join control.register
            on reported.organization_inn = register.organization_inn and reported.kkt_reg_id = register.kkt_reg_id
        where
            reported.organization_inn = shift.organization_inn
            and reported.kkt_reg_id = shift.kkt_reg_id
            and reported.shift_number = shift.shift_number
            and reported.closed_at = shift.closed_at
            and reported.opened_at is null
            and register.permission_from is not null
        limit 1
    ) as cut on true
    where
        shift.organization_inn = %(inn)s
        and shift.source = 'ofd'
        and (
            shift.outcome = 'incomplete'
            -- It waits for a person, and until then its day is not complete.
            or (
                shift.outcome = 'needs_review'
                and cut.yes
                and starts_with(shift.reason, 'opened_before_permission')
            )
        )
        and shift.closed_at >= %(first_day)s
        and shift.closed_at < %(last_day)s::date + 1
),

closed as (
    select
        kkt_reg_id,
        closed_at::date as day,
        count(*) as shifts
    from accounting.shift
    where
        organization_inn = %(inn)s
        and source = 'ofd'
        and closed_at >= %(first_day)s
        and closed_at < %(last_day)s::date + 1
    group by kkt_reg_id, closed_at::date
),

looked_at as (
    select
        register.kkt_reg_id,
        moment.at::date as day,
        operator.state,
        operator.start_date,
        register.first_document_at,
        case
            when not register.has_future_clock and register.last_document_at is not null
                then greatest(register.last_document_at, register.newest_document_at, newest.closed_at)
        end as newest_document_at,
        operator.registers = '{}' or register.kkt_reg_id = any(operator.registers) as is_named,
        coalesce(readable_days.days @> moment.at::date, false) as is_reached,
        coalesce(covered.days @> moment.at::date, false) as is_covered,
        coalesce(closed.shifts, 0) as shifts,
        gap.reasons as gap_reasons,
        gap.details as gap_details,
        open_shift.numbers as open_numbers,
        missing.what as missing,
        cut.what as cut
    from control.register
    cross join generate_series(%(first_day)s::timestamp, %(last_day)s::timestamp, interval '1 day') as moment (at)
    left join control.operator on register.organization_inn = operator.organization_inn
    left join control.readable_days
        on
            register.organization_inn = readable_days.organization_inn
            and register.kkt_reg_id = readable_days.unit_id
            and readable_days.source = 'ofd'
    left join control.covered
        on
            register.organization_inn = covered.organization_inn
            and register.kkt_reg_id = covered.unit_id
            and covered.product = operator.product
    cross join
        lateral (
            select max(shift.closed_at) as closed_at
            from accounting.shift
            where
                shift.organization_inn = register.organization_inn
                and shift.kkt_reg_id = register.kkt_reg_id
                and shift.source = 'ofd'
        ) as newest
    left join closed on register.kkt_reg_id = closed.kkt_reg_id and moment.at = closed.day
    left join lateral (
        select
            array_agg(gap.reason) as reasons,
            string_agg(nullif(gap.details, ''), chr(10)) as details
        from control.gap
        where
            gap.organization_inn = register.organization_inn
            and gap.product = operator.product
            and gap.unit_id = register.kkt_reg_id
            and gap.days @> moment.at::date
    ) as gap on true
    left join lateral (
        select string_agg('№ ' || open_shift.shift_number, ', ') as numbers
        from open_shift
        where open_shift.kkt_reg_id = register.kkt_reg_id and open_shift.days @> moment.at::date
    ) as open_shift on true
    left join lateral (
        select array_agg(lacking.what order by lacking.place) as what
        from lacking
        where lacking.is_missing and lacking.kkt_reg_id = register.kkt_reg_id and lacking.days @> moment.at::date
    ) as missing on true
    left join lateral (
        select array_agg(lacking.what order by lacking.place) as what
        from lacking
        where not lacking.is_missing and lacking.kkt_reg_id = register.kkt_reg_id and lacking.days @> moment.at::date
    ) as cut on true
    where register.organization_inn = %(inn)s
),

evaluated as (
    select
        looked_at.*,
        case
            when coalesce(state, 'off') <> 'on' or day < start_date or not is_named then 'disabled'
            when not is_reached then 'out_of_reach'
            when missing is not null then 'missing'
            when cut is not null then 'out_of_reach'
            when gap_reasons && array['refused', 'no_permission'] and not is_covered then 'out_of_reach'
            when gap_reasons && array['failed', 'unreadable', 'clock_ahead'] and not is_covered then 'missing'
            when open_numbers is not null then 'open'
            when is_covered and shifts = 0 and newest_document_at::date < day then 'offline'
            -- For a shift that was open when the day was loaded, the source now reports whether it is stored, open or
            -- missing.
            when
                not is_covered and not coalesce(gap_reasons && array['missing_shift', 'open_shift'], false)
                then 'missing'
            else 'complete'
        end as verdict
    from looked_at
)

insert into control.completeness (organization_inn, kkt_reg_id, day, verdict, reason, missing, shifts, batch_id)
select
    %(inn)s,
    kkt_reg_id,
    day,
    verdict,
    case verdict
        when 'disabled'
            then
                case
                    when coalesce(state, 'off') <> 'on' then 'integration_off'
                    when day < start_date then 'before_start_date ' || jsonb_build_object('day', start_date)::text
                    else 'not_named_by_mandate'
                end
        when 'out_of_reach'
            then
                case
                    when cut is not null
                        then 'cut_by_permission ' || jsonb_build_object('reason', array_to_string(cut, chr(10)))::text
                    when
                        gap_reasons is not null
                        then array_to_string(gap_reasons, chr(10)) || coalesce(chr(10) || gap_details, '')
                    when day < first_document_at::date then 'before_first_document'
                    else 'no_permission'
                end
        when 'missing'
            then
                case
                    when missing is not null then ''
                    when
                        gap_reasons is not null
                        then array_to_string(gap_reasons, chr(10)) || coalesce(chr(10) || gap_details, '')
                    else 'not_loaded_yet'
                end
        when 'open' then 'shifts_not_closed ' || jsonb_build_object('shifts', open_numbers)::text
        when 'offline' then 'newest_document ' || jsonb_build_object('moment', newest_document_at)::text
        else ''
    end,
    case when verdict = 'missing' then coalesce(missing, '{}') else '{}' end,
    shifts,
    %(batch_id)s
from evaluated
