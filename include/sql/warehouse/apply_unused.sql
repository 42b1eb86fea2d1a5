-- Run by publish after apply_rejects: delete rows of the stage that repeat others or were rejected, orders without
-- a staged shift, and copies of an order.
with gone as (
    delete from stage.shift
    where shift.batch_id = %(batch_id)s and shift.ctid = any(%(places)s::tid[])
    returning shift.shift_id
),

gone_tills as (
    delete from stage.till_shift
    where till_shift.batch_id = %(batch_id)s and till_shift.ctid = any(%(till_places)s::tid[])
    returning till_shift.shift_id
),

copy as (
    select
        cash_order.ctid as place,
        row_number() over (
            partition by
                cash_order.shift_id, cash_order.day, cash_order.operation, cash_order.taxation, cash_order.agent
            order by cash_order.shard, cash_order.ctid
        ) as number_of_copy,
        not exists (
            select from stage.shift as kept
            where
                kept.batch_id = %(batch_id)s
                and kept.shift_id = cash_order.shift_id
                and kept.order_day = cash_order.day
                and not kept.ctid = any(%(places)s::tid[])
        )
        and not exists (
            select from stage.till_shift as kept
            where
                kept.batch_id = %(batch_id)s
                and kept.shift_id = cash_order.shift_id
                and kept.order_day = cash_order.day
                and not kept.ctid = any(%(till_places)s::tid[])
        ) as is_of_none
    from stage.cash_order
    where
        cash_order.batch_id = %(batch_id)s
        and cash_order.shift_id in (
            select gone.shift_id from gone
            union all
            select gone_tills.shift_id from gone_tills
        )
)

delete from stage.cash_order
using copy
where
    cash_order.batch_id = %(batch_id)s
    and cash_order.ctid = copy.place
    and (copy.number_of_copy > 1 or copy.is_of_none)
