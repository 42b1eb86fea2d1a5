-- Run by `smena migrate`, back from revision 0007.

create or replace view control.reach as
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

drop view control.integration_interval;
drop trigger switching_is_signed on control.integration;
drop function control.check_switching();

create or replace function control.keep_integration_history() returns trigger
language plpgsql
as $$
begin
    insert into control.integration_history
        (organization_inn, product, state, start_date, reason, changed_by, changed_at)
    values (
        new.organization_inn, new.product, new.state, new.start_date, new.reason, new.changed_by, new.changed_at
    );
    return null;
end
$$;

alter table control.integration drop column registers, drop column mandate_id;
alter table control.integration_history drop column registers, drop column mandate_id;
drop table control.mandate_signature;
drop table control.mandate;
drop table control.certificate;
