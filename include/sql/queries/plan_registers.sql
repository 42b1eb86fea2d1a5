-- Run by the planner: what the operator tells of an organisation's registers, one row each.
insert into control.register (
    organization_inn,
    kkt_reg_id,
    ofd_organization_id,
    name,
    address,
    permission_from,
    permission_to,
    first_document_at,
    last_document_at,
    seen_at
)
select
    %(inn)s,
    told.kkt_reg_id,
    told.ofd_organization_id,
    coalesce(told.name, ''),
    coalesce(told.address, ''),
    told.permission_from,
    told.permission_to,
    told.first_document_at,
    told.last_document_at,
    %(seen_at)s
from
    jsonb_to_recordset(%(registers)s)
        as told (
            kkt_reg_id text,
            ofd_organization_id text,
            name text,
            address text,
            permission_from date,
            permission_to date,
            first_document_at timestamp,
            last_document_at timestamp
        )
order by told.kkt_reg_id
on conflict (organization_inn, kkt_reg_id) do update
    set
        ofd_organization_id = excluded.ofd_organization_id,
        name = excluded.name,
        address = excluded.address,
        permission_from = excluded.permission_from,
        permission_to = excluded.permission_to,
        first_document_at = excluded.first_document_at,
        last_document_at = excluded.last_document_at,
        seen_at = greatest(control.register.seen_at, excluded.seen_at)
