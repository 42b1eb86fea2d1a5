-- Run by publish: windows that could not be fetched are gaps until a later run closes them.
insert into control.gap (organization_inn, product, kkt_reg_id, days, reason, details, batch_id)
select
    %(inn)s,
    %(product)s,
    assignment.kkt_reg_id,
    unnest(
        datemultirange(daterange(assignment.first_day, assignment.last_day, '[]'))
        - coalesce(covered.days, '{}'::datemultirange)
    ),
    assignment.state,
    coalesce(assignment.error, ''),
    assignment.batch_id
from control.assignment
left join control.covered
    on
        covered.organization_inn = %(inn)s
        and covered.product = %(product)s
        and covered.kkt_reg_id = assignment.kkt_reg_id
where assignment.batch_id = %(batch_id)s and assignment.state in ('refused', 'unreadable', 'failed')
on conflict (organization_inn, product, kkt_reg_id, days, reason) do update
    set details = excluded.details, batch_id = excluded.batch_id
