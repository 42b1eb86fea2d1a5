-- Run by `smena migrate`, revision 0005: which days of a register can be asked for, and which are proved loaded.

-- here: control.reach.0005
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
