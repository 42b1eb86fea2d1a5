-- Run by match of Kontur.Market before match_tills: a till shift is of one shop and one organisation. Where another one
-- tells another thing of it, its cheques may be in either, or in both: what one of them tells is a part, and sums of a
-- part are none.
update stage.till_shift as staged
set
    outcome = 'incomplete',
    reason = 'another shop tells of it too',
    cash_income = null,
    cash_refund = null,
    cashless_income = null,
    cashless_refund = null,
    price_correction = null
where
    staged.batch_id = %(batch_id)s
    and (staged.shop_id, staged.shift_id) in (
        select
            told.shop_id,
            told.shift_id
        from stage.till_shift as told
        inner join stage.till_shift as other on told.batch_id = other.batch_id and told.shift_id = other.shift_id
        where
            told.batch_id = %(batch_id)s
            and told.shop_id <> other.shop_id
            and (told.opened_at, told.closed_at, told.receipts, told.cash_income, told.cash_refund)
            is distinct from (other.opened_at, other.closed_at, other.receipts, other.cash_income, other.cash_refund)
        union all
        select
            told.shop_id,
            told.shift_id
        from stage.till_shift as told
        inner join accounting.shift as stood on told.shift_id = stood.shift_id
        where
            told.batch_id = %(batch_id)s
            and (told.shop_id, %(inn)s) is distinct from (stood.shop_id, stood.organization_inn)
            and (
                told.opened_at, told.closed_at, told.receipts, told.cash_income * 0.01, told.cash_refund * 0.01
            ) is distinct from (stood.opened_at, stood.closed_at, stood.receipts, stood.cash_income, stood.cash_refund)
    )
