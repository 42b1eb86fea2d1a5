-- Run by publish after link_infer: what was proposed and is certain now, or never again alike, is withdrawn; what is likely and not certain is proposed.
update control.register_link as link
set state = 'withdrawn', withdrawn_by = 'rule', withdrawn_at = now()
where
    link.organization_inn = %(inn)s
    and link.state = 'proposed'
    and exists (
        select from control.register_link as stands
        where
            stands.organization_inn = link.organization_inn
            and stands.state = 'in_force'
            and (stands.cashbox_id = link.cashbox_id or stands.kkt_reg_id = link.kkt_reg_id)
            and stands.days && link.days
    )
