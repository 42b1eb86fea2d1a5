-- Run by publish: every register link of the organisation, one row each; LINKS.
select
    link.register_link_id,
    link.cashbox_id,
    link.kkt_reg_id,
    lower(link.days) as first_day,
    upper(link.days) as end_day,
    link.state,
    link.withdrawn_by
from control.register_link as link
where link.organization_inn = %(inn)s
order by link.register_link_id
