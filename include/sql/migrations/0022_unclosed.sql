-- Run by `smena migrate`, revision 0022: shifts that were never closed, for their drive failed before.

alter table accounting.shift
drop constraint shift_is_known_by_its_source,
add constraint shift_is_known_by_its_source check (
    case source
        when 'ofd'
            then
                kkt_reg_id is not null and fiscal_drive_number is not null and shift_number is not null
                and till_shift is null
        else
            shop_id is not null and cashbox_id is not null and till_shift is not null
            and fiscal_drive_number is null and shift_number is null
    end
);
comment on column accounting.shift.fiscal_document_number is
'Of the closing report. Empty for a shift of Market, and for a shift of the OFD that has no closing report and can get none
(its drive was replaced): the time of its last document stands in closed_at, and a person settles it.';

alter table stage.shift alter column fiscal_document_number drop not null;
