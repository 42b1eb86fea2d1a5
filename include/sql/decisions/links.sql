-- Run by `smena links`: links in force and proposed, or the named one.
select
    link.register_link_id as link_id,
    link.organization_inn,
    link.cashbox_id,
    link.kkt_reg_id,
    lower(link.days) as first_day,
    upper(link.days) - 1 as last_day,
    link.state,
    link.evidence,
    link.reason,
    link.decided_by,
    link.decided_at,
    link.withdrawn_by,
    link.withdrawn_at
from control.register_link as link
where
    link.register_link_id = coalesce(%(link_id)s, link.register_link_id)
    and (link.state <> 'withdrawn' or %(link_id)s is not null)
    and link.organization_inn = coalesce(%(inn)s, link.organization_inn)
order by link.organization_inn, link.state, link.cashbox_id, lower(link.days), link.register_link_id
