-- Run by `month.waiting`: what is open on the days not closed yet, through a day: documents not accepted, shifts and
-- decisions that wait, differences, days with missing shifts or not loaded.
--
-- One row for each organisation, `what` and word that occur; `amount` is null if no amount is known.
with scope as (
    select
        organization.inn,
        least(
            cast(%(through)s as date), (cast(%(now)s as timestamptz) at time zone organization.timezone)::date - 1
        ) as through,
        coalesce(closed_period.through + 1, started.first_day) as first_day
    from control.organization
    left join control.closed_period on organization.inn = closed_period.organization_inn
    cross join
        lateral (
            select min(integration.start_date) as first_day
            from control.integration
            where integration.organization_inn = organization.inn
        ) as started
    where organization.inn = any(cast(%(inns)s as text[]))
),

span as (
    select
        scope.inn,
        integration.product,
        control.days_between(greatest(scope.first_day, integration.start_date), scope.through) as days
    from scope
    inner join control.integration on scope.inn = integration.organization_inn and integration.state = 'on'
),

wanted_day as (
    select
        span.inn,
        span.product,
        moment.at::date as day
    from span
    cross join
        lateral generate_series(
            lower(span.days)::timestamp, upper(span.days)::timestamp - interval '1 day', interval '1 day'
        ) as moment (at)
),

-- Readable days of the span on which a register or shop was not loaded (`not_covered`), even if it was listed after its
-- organisation's day was covered, or has no verdict of a reconciliation (`not_reconciled`).
of_unit as materialized (
    select
        span.inn,
        span.product,
        datemultirange(readable_days.days * span.days) - coalesce(covered.days, '{}') as not_covered,
        case
            when readable_days.source = 'ofd'
                then datemultirange(readable_days.days * span.days) - coalesce(reconciled.days, '{}')
        end as not_reconciled
    from span
    inner join control.readable_days
        on span.inn = readable_days.organization_inn and span.product = readable_days.product
    left join control.covered
        on
            readable_days.organization_inn = covered.organization_inn
            and readable_days.product = covered.product
            and readable_days.unit_id = covered.unit_id
    left join control.reconciled
        on
            readable_days.organization_inn = reconciled.organization_inn
            and readable_days.unit_id = reconciled.kkt_reg_id
),

lacking as (
    select
        unproved.inn,
        unproved.product,
        range_agg(unproved.days) as days
    from (
        select
            inn,
            product,
            not_covered as days
        from of_unit
        where not_covered <> '{}'
        union all
        select
            span.inn,
            span.product,
            datemultirange(gap.days)
        from span
        inner join control.gap
            on span.inn = gap.organization_inn and span.product = gap.product and span.days && gap.days
        -- Before its first document a register has nothing to load.
        where gap.reason <> 'before_first_document'
    ) as unproved
    group by unproved.inn, unproved.product
),

unreconciled as (
    select
        inn,
        product,
        range_agg(not_reconciled) as days
    from of_unit
    where not_reconciled <> '{}'
    group by inn, product
)

select
    scope.inn,
    'not_accepted' as what,
    of_day.kind as word,
    sum(of_day.documents)::int as count,
    case when sum(of_day.documents) > sum(of_day.without_amount) then sum(of_day.amount) end as amount,
    min(of_day.day) as first_day,
    max(of_day.day) as last_day
from scope
inner join accounting.documents_of_day as of_day
    on scope.inn = of_day.organization_inn and of_day.day between scope.first_day and scope.through
where of_day.status = 'new' and of_day.documents > 0
group by scope.inn, of_day.kind
union all
select
    scope.inn,
    'shift',
    shift.outcome,
    count(*)::int,
    sum(
        coalesce(shift.cash_income, 0) - coalesce(shift.cash_refund, 0)
        - coalesce(shift.cash_payout, 0) + coalesce(shift.cash_payout_refund, 0)
    ),
    min(shift.closed_at)::date,
    max(shift.closed_at)::date
from scope
inner join accounting.shift
    on
        scope.inn = shift.organization_inn
        and coalesce(shift.order_date, shift.closed_at::date) <= scope.through
where shift.outcome in ('incomplete', 'conflict', 'needs_review', 'closed_period')
group by scope.inn, shift.outcome
union all
select
    scope.inn,
    'decision',
    'document',
    count(*)::int,
    sum(document.amount),
    min(document.date),
    max(document.date)
from scope
inner join control.decision
    on scope.inn = decision.organization_inn and decision.state = 'open' and decision.document_id is not null
inner join accounting.market_document as document
    on decision.document_id = document.document_id and document.date <= scope.through
group by scope.inn
union all
select
    wanted_day.inn,
    'uncovered',
    wanted_day.product,
    count(*)::int,
    null,
    min(wanted_day.day),
    max(wanted_day.day)
from wanted_day
left join lacking on wanted_day.inn = lacking.inn and wanted_day.product = lacking.product
where
    lacking.days @> wanted_day.day
    or not exists (
        select from control.covered_day
        inner join control.batch on covered_day.batch_id = batch.batch_id
        where
            covered_day.organization_inn = wanted_day.inn
            and covered_day.product = wanted_day.product
            and covered_day.day = wanted_day.day
            -- Days that were covered by a run whose clock was ahead do not count.
            and batch.last_day < (cast(%(now)s as timestamptz) at time zone interval '12 hours')::date
    )
group by wanted_day.inn, wanted_day.product
union all
select
    scope.inn,
    'register',
    completeness.verdict,
    count(*)::int,
    null,
    min(completeness.day),
    max(completeness.day)
from scope
inner join control.completeness
    on scope.inn = completeness.organization_inn and completeness.day between scope.first_day and scope.through
where
    completeness.verdict in ('missing', 'open', 'out_of_reach')
    and completeness.reason <> 'before_first_document'
group by scope.inn, completeness.verdict
union all
select
    wanted_day.inn,
    'reconciled',
    'never',
    count(*)::int,
    null,
    min(wanted_day.day),
    max(wanted_day.day)
from wanted_day
inner join control.product on wanted_day.product = product.product and product.source = 'ofd'
left join unreconciled on wanted_day.inn = unreconciled.inn and wanted_day.product = unreconciled.product
where
    exists (select from control.register where register.organization_inn = wanted_day.inn)
    and (
        not exists (
            select from control.completeness
            where completeness.organization_inn = wanted_day.inn and completeness.day = wanted_day.day
        )
        -- A register listed later has no verdict yet.
        or unreconciled.days @> wanted_day.day
    )
group by wanted_day.inn
union all
select
    scope.inn,
    'difference',
    difference.kind,
    count(*)::int,
    sum(abs(difference.amount)),
    min(difference.day),
    max(difference.day)
from scope
inner join control.difference
    on scope.inn = difference.organization_inn and difference.day between scope.first_day and scope.through
where difference.closed_at is null and not difference.is_explained
group by scope.inn, difference.kind
union all
select
    scope.inn,
    'quarantine',
    quarantine.product,
    count(*)::int,
    null,
    min(quarantine.day),
    max(quarantine.day)
from scope
inner join control.quarantine on scope.inn = quarantine.organization_inn and quarantine.state = 'open'
-- A record without a day may be of any of these days.
where quarantine.day is null or quarantine.day <= scope.through
group by scope.inn, quarantine.product
order by inn, what, word
