-- Run by publish after link_found: a cashbox that went over to another register ends its former link where the new one begins, and so does the register's.
update control.register_link as link
set days = daterange(lower(link.days), found.first_day)
from (
    select
        cashbox_id,
        kkt_reg_id,
        first_day
    from found_link
    where is_certain
) as found
where
    link.organization_inn = %(inn)s
    and link.state = 'in_force'
    and (link.cashbox_id = found.cashbox_id or link.kkt_reg_id = found.kkt_reg_id)
    and link.days @> found.first_day
    and coalesce(lower(link.days), '-infinity'::date) < found.first_day
