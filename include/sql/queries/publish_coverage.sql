-- Run by publish: days that this batch proved, and that were not covered before.
with spoiled as (
    select
        kkt_reg_id,
        range_agg(case when day is null then daterange(null, null) else daterange(day, day, '[]') end) as days
    from (
        select
            kkt_reg_id,
            day
        from stage.reject
        where batch_id = %(batch_id)s and kind in ('closeShift', 'page')
        union
        select
            staged.kkt_reg_id,
            staged.closed_at::date as day
        from stage.shift as staged
        inner join accounting.shift on staged.shift_id = shift.shift_id
        where staged.batch_id = %(batch_id)s and shift.outcome = 'incomplete'
    ) as bad
    group by kkt_reg_id
),

proved as (
    select
        assignment.kkt_reg_id,
        case when assignment.reason = 'silent' then 'silent' else 'read' end as evidence,
        range_agg(
            daterange(assignment.first_day, assignment.last_day, '[]') * daterange(integration.start_date, null)
        ) as days
    from control.assignment
    inner join control.integration
        on integration.organization_inn = %(inn)s and integration.product = %(product)s
    where assignment.batch_id = %(batch_id)s and assignment.state = 'read'
    group by assignment.kkt_reg_id, evidence
)

insert into control.coverage (organization_inn, product, kkt_reg_id, days, evidence, batch_id)
select
    %(inn)s,
    %(product)s,
    proved.kkt_reg_id,
    unnest(
        proved.days
        - coalesce(covered.days, '{}'::datemultirange)
        - coalesce(spoiled.days, '{}'::datemultirange)
    ),
    proved.evidence,
    %(batch_id)s
from proved
left join spoiled on proved.kkt_reg_id = spoiled.kkt_reg_id
left join control.covered
    on
        covered.organization_inn = %(inn)s
        and covered.product = %(product)s
        and covered.kkt_reg_id = proved.kkt_reg_id
