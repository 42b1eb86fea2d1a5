-- Run by match: a shift that two windows of a batch report alike is one shift, received when it came first; the orders of
-- the row that goes, go too. The time of receipt is a fact of the transmission, so rows that differ in it are alike.
with ranked as (
    select
        ctid as place,
        batch_id,
        shard,
        shift_id,
        row_number() over (
            partition by
                shift_id, kkt_reg_id, fiscal_document_number, closed_at, receipts, cash_income, cash_refund,
                cash_payout, cash_payout_refund, cashless_income, cashless_refund, order_day, outcome
            order by received_at, shard, ctid
        ) as copy,
        count(*) over (partition by shift_id) as copies
    from stage.shift
    where batch_id = %(batch_id)s
),

repeated as (
    select *
    from ranked
    where copy > 1
),

orders as (
    delete from stage.cash_order
    using (
        select
            cash_order.ctid as place,
            row_number() over (
                partition by cash_order.shift_id, cash_order.operation, cash_order.taxation, cash_order.agent
                order by cash_order.shard, cash_order.ctid
            ) as copy
        from stage.cash_order
        where
            cash_order.batch_id = %(batch_id)s
            and cash_order.shift_id in (select repeated.shift_id from repeated)
    ) as told
    where cash_order.batch_id = %(batch_id)s and cash_order.ctid = told.place and told.copy > 1
)

delete from stage.shift
using repeated
where shift.batch_id = %(batch_id)s and shift.ctid = repeated.place
