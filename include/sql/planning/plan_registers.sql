-- Run by the planner: store the operator's list of an organisation's registers, one row each.
--
-- A time that no clock can show yet (after `latest`) is no time of a register's document. Facts that cannot change (the
-- first document) or cannot go back (the newest one) stay if a later list leaves them out.
insert into control.register (
    organization_inn,
    kkt_reg_id,
    ofd_organization_id,
    name,
    address,
    sales_point,
    permission_from,
    permission_to,
    first_document_at,
    last_document_at,
    newest_document_at,
    has_future_clock,
    seen_at
)
select
    %(inn)s,
    entry.kkt_reg_id,
    entry.ofd_organization_id,
    coalesce(entry.name, ''),
    coalesce(entry.address, ''),
    coalesce(entry.sales_point, ''),
    entry.permission_from,
    entry.permission_to,
    case when entry.first_document_at <= %(latest)s then entry.first_document_at end,
    entry.last_document_at,
    case when entry.last_document_at <= %(latest)s then entry.last_document_at end,
    coalesce(entry.last_document_at > %(latest)s, false),
    %(seen_at)s
from
    jsonb_to_recordset(%(registers)s)
        as entry (
            kkt_reg_id text,
            ofd_organization_id text,
            name text,
            address text,
            sales_point text,
            permission_from date,
            permission_to date,
            first_document_at timestamp,
            last_document_at timestamp
        )
order by entry.kkt_reg_id
on conflict (organization_inn, kkt_reg_id) do update
    set
        ofd_organization_id = excluded.ofd_organization_id,
        name = excluded.name,
        address = excluded.address,
        sales_point = excluded.sales_point,
        permission_from = excluded.permission_from,
        permission_to = excluded.permission_to,
        first_document_at = least(control.register.first_document_at, excluded.first_document_at),
        last_document_at = excluded.last_document_at,
        newest_document_at = greatest(control.register.newest_document_at, excluded.newest_document_at),
        has_future_clock = excluded.has_future_clock,
        seen_at = greatest(control.register.seen_at, excluded.seen_at)
