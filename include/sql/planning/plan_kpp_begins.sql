-- Run by the planner after plan_kpp_ends: begin the cash book of a register, without a first day if the register is
-- new.
insert into control.register_kpp (organization_inn, kkt_reg_id, valid, kpp)
select
    %(inn)s,
    reported.kkt_reg_id,
    case
        when
            exists (
                select from control.register_kpp as known
                where known.organization_inn = %(inn)s and known.kkt_reg_id = reported.kkt_reg_id
            )
            then daterange(%(today)s, null)
        else daterange(null, null)
    end,
    reported.kpp
from jsonb_to_recordset(%(registers)s) as reported (kkt_reg_id text, kpp text)
where
    reported.kpp is not null
    and not exists (
        select from control.register_kpp as open_ended
        where
            open_ended.organization_inn = %(inn)s
            and open_ended.kkt_reg_id = reported.kkt_reg_id
            and upper_inf(open_ended.valid)
    )
