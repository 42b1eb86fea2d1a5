-- Run by publish: insert gaps for windows that could not be fetched, and for missing and open shifts. A later run
-- deletes the gaps of the days that it requests.
-- reads: uncovered
with gap as (
    select
        assignment.unit_id,
        unnest(
            datemultirange(daterange(assignment.first_day, assignment.last_day, '[]'))
            - coalesce(covered.days, '{}'::datemultirange)
        ) as days,
        assignment.state as reason,
        coalesce(assignment.error, '') as details
    from control.assignment
    left join control.covered
        on
            covered.organization_inn = %(inn)s
            and covered.product = %(product)s
            and covered.unit_id = assignment.unit_id
    where assignment.batch_id = %(batch_id)s and assignment.state in ('refused', 'unreadable', 'failed')
    union all
    select
        uncovered.unit_id,
        daterange(uncovered.first_day, uncovered.end_day),
        uncovered.reason,
        string_agg(distinct uncovered.details, chr(10))
    from uncovered
    where uncovered.reason is not null
    group by uncovered.unit_id, uncovered.first_day, uncovered.end_day, uncovered.reason
)

insert into control.gap (organization_inn, product, unit_id, days, reason, details, batch_id)
select
    %(inn)s,
    %(product)s,
    gap.unit_id,
    gap.days,
    gap.reason,
    gap.details,
    %(batch_id)s
from gap
on conflict (organization_inn, product, unit_id, days, reason) do update
    set details = excluded.details, batch_id = excluded.batch_id
