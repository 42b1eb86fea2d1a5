-- Run by publish: insert days that this batch read or knows to be silent, and that were not covered before.
with proved as (
    select
        assignment.unit_id,
        case when assignment.reason = 'silent' then 'silent' else 'read' end as evidence,
        range_agg(
            daterange(assignment.first_day, assignment.last_day, '[]') * daterange(integration.start_date, null)
        ) as days
    from control.assignment
    inner join control.integration
        on integration.organization_inn = %(inn)s and integration.product = %(product)s
    where assignment.batch_id = %(batch_id)s and assignment.state = 'read'
    group by assignment.unit_id, evidence
)

insert into control.coverage (organization_inn, product, unit_id, days, evidence, batch_id)
select
    %(inn)s,
    %(product)s,
    proved.unit_id,
    unnest(proved.days - coalesce(covered.days, '{}'::datemultirange)),
    proved.evidence,
    %(batch_id)s
from proved
left join control.covered
    on
        covered.organization_inn = %(inn)s
        and covered.product = %(product)s
        and covered.unit_id = proved.unit_id
