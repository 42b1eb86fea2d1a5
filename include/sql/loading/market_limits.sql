-- Run by publish of Kontur.Market for `decide_documents`: the first and last day on which documents may be written.
select
    integration.start_date,
    closed_period.through as closed_through
from control.integration
left join control.closed_period on integration.organization_inn = closed_period.organization_inn
where integration.organization_inn = %(inn)s and integration.product = %(product)s
