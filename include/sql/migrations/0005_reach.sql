-- Run by `smena migrate`, revision 0005: which days of a register can be asked for, and which are proved loaded.

create view control.reach as
select
    register.organization_inn,
    integration.product,
    register.kkt_reg_id,
    case
        when
            greatest(
                integration.start_date, register.permission_from, register.first_document_at::date
            ) <= coalesce(register.permission_to, 'infinity'::date)
            then
                daterange(
                    greatest(integration.start_date, register.permission_from, register.first_document_at::date),
                    register.permission_to,
                    '[]'
                )
        else 'empty'::daterange
    end as days
from control.register
inner join control.integration on register.organization_inn = integration.organization_inn
where integration.product = 'ofd' and integration.state = 'on';
comment on view control.reach is
'Days from the start date in force on which a register may be read: inside its permission, not before its first document.';

create view control.covered as
select
    organization_inn,
    product,
    kkt_reg_id,
    range_agg(days) as days
from control.coverage
group by organization_inn, product, kkt_reg_id;
