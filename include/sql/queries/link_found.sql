-- Run by publish after link_likeness: which of them leave no doubt.
create temporary table found_link on commit drop as
select
    one.cashbox_id,
    one.kkt_reg_id,
    one.agreed,
    one.sums,
    one.alike,
    one.compared,
    one.first_day,
    one.last_day,
    not exists (
        select from likeness as rival
        where
            ((rival.cashbox_id = one.cashbox_id) <> (rival.kkt_reg_id = one.kkt_reg_id))
            and rival.first_day <= one.last_day
            and rival.last_day >= one.first_day
            and rival.agreed * 4 >= one.agreed
            and rival.agreed > 0
    )
    and one.agreed >= 3
    and one.sums >= 3
    and one.agreed * 2 > one.compared as is_certain
from likeness as one
