-- Run by the read model of registers: the number of registers with each sign (`registers`; `unknown` is a sign too),
-- then the first `most` signs of registers, the gravest first, where `registers` is null. Both come from one reading of
-- the signs.
with signs as materialized (
    select
        signs.*,
        array_position(
            array['drive_replace', 'drive_memory_full', 'open_shift', 'silent', 'not_sent', 'drive_exhausted'],
            signs.sign
        ) as gravity
    from control.register_signs(%(now)s, %(inn)s) as signs
),

counted as (
    select
        sign,
        count(distinct organization_inn || kkt_reg_id) as registers
    from signs
    group by sign
),

shown as (
    select
        signs.*,
        row_number() over (
            order by signs.gravity asc, signs.since asc, signs.organization_inn asc, signs.kkt_reg_id asc
        ) as place
    from signs
    where signs.gravity is not null
    order by place
    limit %(most)s
)

select
    counted.registers,
    counted.sign,
    null as organization_inn,
    null as organization_name,
    null as timezone,
    null as kkt_reg_id,
    null as name,
    null as since,
    null as amount,
    0 as place
from counted
union all
select
    null,
    shown.sign,
    shown.organization_inn,
    organization.name as organization_name,
    organization.timezone,
    shown.kkt_reg_id,
    shown.name,
    shown.since,
    shown.amount,
    shown.place
from shown
inner join control.organization on shown.organization_inn = organization.inn
order by place, sign
