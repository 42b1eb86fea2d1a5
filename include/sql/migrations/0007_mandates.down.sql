-- Run by `smena migrate`, back from revision 0007.

-- here: control.reach.0005
comment on view control.reach is
'Days from the start date in force on which a register may be read: inside its permission, not before its first document.';

drop view control.integration_interval;
drop trigger switching_is_signed on control.integration;
drop function control.check_switching();

-- here: control.keep_integration_history.0001

alter table control.integration drop column registers, drop column mandate_id;
alter table control.integration_history drop column registers, drop column mandate_id;
drop table control.mandate_signature;
drop table control.mandate;
drop table control.certificate;
