-- Run by links: the link that a person put into force by confirming a proposal in this transaction.
select
    link.register_link_id as link_id,
    link.decided_by,
    link.decided_at,
    link.reason
from control.register_link as proposed
inner join control.register_link as link
    on
        proposed.organization_inn = link.organization_inn
        and proposed.cashbox_id = link.cashbox_id
        and proposed.kkt_reg_id is not distinct from link.kkt_reg_id
        and proposed.withdrawn_at = link.decided_at
        and proposed.register_link_id <> link.register_link_id
where proposed.register_link_id = %(link_id)s and proposed.withdrawn_by = 'rule'
order by link.register_link_id desc
limit 1
