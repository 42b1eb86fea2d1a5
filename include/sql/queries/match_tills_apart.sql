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
    and (
        exists (
            select from stage.till_shift as other
            where
                other.batch_id = staged.batch_id
                and other.shift_id = staged.shift_id
                and other.shop_id <> staged.shop_id
                and (other.opened_at, other.closed_at, other.receipts, other.cash_income, other.cash_refund)
                is distinct from
                (staged.opened_at, staged.closed_at, staged.receipts, staged.cash_income, staged.cash_refund)
        )
        or exists (
            select from accounting.shift as stood
            where
                stood.shift_id = staged.shift_id
                and (stood.shop_id, stood.organization_inn) is distinct from (staged.shop_id, %(inn)s)
                and (stood.opened_at, stood.closed_at, stood.receipts, stood.cash_income, stood.cash_refund)
                is distinct from (
                    staged.opened_at, staged.closed_at, staged.receipts, staged.cash_income * 0.01,
                    staged.cash_refund * 0.01
                )
        )
    )
