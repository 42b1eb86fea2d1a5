-- Run by rehearse after a batch is staged again: delete shifts that another batch read later, shifts that the books
-- have with another identity (they were refused then), and orders without a staged shift.
-- reads: rehearsed
with kept as (
    select
        shift.ctid as place,
        shift.shift_id,
        shift.order_day
    from stage.shift
    where
        shift.batch_id = %(stage_id)s
        and shift.shard = %(shard)s
        and exists (
            select from rehearsed
            where
                rehearsed.batch_id = %(batch_id)s
                and (
                    rehearsed.shift_id = shift.shift_id
                    or (rehearsed.unit_id = shift.kkt_reg_id and rehearsed.day = shift.closed_at::date)
                )
        )
        and not exists (
            select from accounting.shift as booked
            where
                booked.shift_id = shift.shift_id
                and booked.organization_inn = %(inn)s
                and (
                    booked.kkt_reg_id <> shift.kkt_reg_id
                    or (
                        booked.fiscal_document_number is not null
                        and (booked.closed_at, booked.fiscal_document_number)
                        is distinct from (shift.closed_at, shift.fiscal_document_number)
                    )
                )
        )
),

kept_tills as (
    select
        till_shift.ctid as place,
        till_shift.shift_id,
        till_shift.order_day
    from stage.till_shift
    where
        till_shift.batch_id = %(stage_id)s
        and till_shift.shard = %(shard)s
        and exists (
            select from rehearsed
            where
                rehearsed.batch_id = %(batch_id)s
                and (
                    rehearsed.shift_id = till_shift.shift_id
                    or (rehearsed.unit_id = till_shift.shop_id and rehearsed.day = till_shift.order_day)
                )
        )
),

gone as (
    delete from stage.shift
    where
        shift.batch_id = %(stage_id)s
        and shift.shard = %(shard)s
        and not exists (
            select from kept
            where kept.place = shift.ctid
        )
),

gone_tills as (
    delete from stage.till_shift
    where
        till_shift.batch_id = %(stage_id)s
        and till_shift.shard = %(shard)s
        and not exists (
            select from kept_tills
            where kept_tills.place = till_shift.ctid
        )
)

delete from stage.cash_order
where
    cash_order.batch_id = %(stage_id)s
    and cash_order.shard = %(shard)s
    and not exists (
        select from kept
        where kept.shift_id = cash_order.shift_id and kept.order_day = cash_order.day
    )
    and not exists (
        select from kept_tills
        where kept_tills.shift_id = cash_order.shift_id and kept_tills.order_day = cash_order.day
    )
