-- Run by publish once the shifts to compare first are decided: the data needed to read the cheques and receipts of each
-- pair. A shift that the batch reports is read from the stage, another from the published rows. Receipts requested once
-- are read again while the fiscal shift stays the same.
with asked as (
    select *
    from
        jsonb_to_recordset(%(pairs)s) as pair (
            till_id uuid, fiscal_id uuid, till_place text, fiscal_place text, till_facts text, fiscal_facts text
        )
),

till as (
    select
        asked.till_id,
        staged.shop_id,
        staged.cashbox_id,
        staged.till_shift,
        staged.receipts,
        staged.cash_income,
        staged.cash_refund,
        staged.evidence
    from asked
    inner join stage.till_shift as staged
        on staged.batch_id = %(batch_id)s and asked.till_place = staged.ctid::text
    union all
    select
        shift.shift_id,
        shift.shop_id,
        shift.cashbox_id,
        shift.till_shift,
        shift.receipts,
        (shift.cash_income * 100)::bigint,
        (shift.cash_refund * 100)::bigint,
        shift.evidence
    from asked
    inner join accounting.shift on asked.till_id = shift.shift_id
    where asked.till_place is null
),

fiscal as (
    select
        asked.fiscal_id,
        staged.kkt_reg_id,
        staged.fiscal_drive_number,
        staged.shift_number,
        staged.opened_at,
        staged.closed_at,
        staged.received_at,
        staged.receipts,
        staged.cash_income,
        staged.cash_refund,
        staged.cash_payout,
        staged.cash_payout_refund,
        staged.detail,
        staged.evidence
    from asked
    inner join stage.shift as staged
        on staged.batch_id = %(batch_id)s and asked.fiscal_place = staged.ctid::text
    union all
    select
        shift.shift_id,
        shift.kkt_reg_id,
        shift.fiscal_drive_number,
        shift.shift_number,
        shift.opened_at,
        shift.closed_at,
        shift.received_at at time zone 'UTC',
        shift.receipts,
        (shift.cash_income * 100)::bigint,
        (shift.cash_refund * 100)::bigint,
        (shift.cash_payout * 100)::bigint,
        (shift.cash_payout_refund * 100)::bigint,
        shift.detail,
        shift.evidence
    from asked
    inner join accounting.shift on asked.fiscal_id = shift.shift_id
    where asked.fiscal_place is null
)

select distinct on (till.shop_id, fiscal.kkt_reg_id, fiscal.closed_at, asked.till_id)
    asked.till_id::text as till_id,
    asked.fiscal_id::text as fiscal_id,
    asked.till_facts,
    asked.fiscal_facts,
    till.shop_id,
    till.cashbox_id,
    till.till_shift,
    till.receipts as cheques,
    till.cash_income as till_income,
    till.cash_refund as till_refund,
    till.evidence as till_pages,
    fiscal.kkt_reg_id,
    fiscal.fiscal_drive_number,
    fiscal.shift_number,
    fiscal.opened_at,
    fiscal.closed_at,
    fiscal.received_at,
    fiscal.receipts,
    fiscal.cash_income,
    fiscal.cash_refund,
    fiscal.cash_payout,
    fiscal.cash_payout_refund,
    case
        when fiscal.detail = 'receipts' then fiscal.evidence
        when comparison.fiscal_facts = asked.fiscal_facts and comparison.is_explained is not null
            then comparison.receipt_pages
        else '{}'
    end as receipt_pages,
    till_page.batch_id as till_read_in,
    case when fiscal.detail = 'receipts' then fiscal_page.batch_id end as receipts_read_in,
    register.ofd_organization_id,
    register.permission_from,
    register.permission_to
from asked
inner join till on asked.till_id = till.till_id
inner join fiscal on asked.fiscal_id = fiscal.fiscal_id
inner join control.batch on batch.batch_id = %(batch_id)s
left join raw.page as till_page on till.evidence[1] = till_page.page_id
left join raw.page as fiscal_page on fiscal.evidence[1] = fiscal_page.page_id
left join control.register
    on batch.organization_inn = register.organization_inn and fiscal.kkt_reg_id = register.kkt_reg_id
left join control.comparison
    on asked.till_id = comparison.till_id and asked.fiscal_id = comparison.fiscal_id
order by till.shop_id, fiscal.kkt_reg_id, fiscal.closed_at, asked.till_id
