-- Run by the planner before plan_kpp_begins: end today the cash book of registers whose КПП has changed.
with reported as (
    select
        kkt_reg_id,
        kpp
    from jsonb_to_recordset(%(registers)s) as register (kkt_reg_id text, kpp text)
    where kpp is not null
),

begun_today as (
    delete from control.register_kpp
    using reported
    where
        register_kpp.organization_inn = %(inn)s
        and register_kpp.kkt_reg_id = reported.kkt_reg_id
        and register_kpp.kpp <> reported.kpp
        and upper_inf(register_kpp.valid)
        and lower(register_kpp.valid) = %(today)s
)

update control.register_kpp
set valid = daterange(lower(register_kpp.valid), %(today)s)
from reported
where
    register_kpp.organization_inn = %(inn)s
    and register_kpp.kkt_reg_id = reported.kkt_reg_id
    and register_kpp.kpp <> reported.kpp
    and upper_inf(register_kpp.valid)
    and (lower_inf(register_kpp.valid) or lower(register_kpp.valid) < %(today)s)
