-- Run by `alembic downgrade`, revision 0022. Refused by PostgreSQL where a shift without a closing report is stored.

alter table stage.shift alter column fiscal_document_number set not null;

alter table accounting.shift
drop constraint shift_is_known_by_its_source,
add constraint shift_is_known_by_its_source check (
    case source
        when 'ofd'
            then
                kkt_reg_id is not null and fiscal_drive_number is not null and shift_number is not null
                and fiscal_document_number is not null and till_shift is null
        else
            shop_id is not null and cashbox_id is not null and till_shift is not null
            and fiscal_drive_number is null and shift_number is null
    end
);
comment on column accounting.shift.fiscal_document_number is null;
