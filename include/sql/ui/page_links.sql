-- Run by the pages: a page of an organisation's links after the named one, proposals first; or one link.
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
    link.decided_at
from control.register_link as link
where
    (cast(%(link_id)s as bigint) is null or link.register_link_id = %(link_id)s)
    and (cast(%(inn)s as text) is null or link.organization_inn = %(inn)s)
    and (cast(%(link_id)s as bigint) is not null or link.state <> 'withdrawn')
    and (
        cast(%(after_id)s as bigint) is null
        or (link.state <> 'proposed', link.register_link_id) > (
            cast(%(after_state)s as text) <> 'proposed', %(after_id)s
        )
    )
order by link.state <> 'proposed', link.register_link_id
limit %(most)s
