-- Run by certify and verify: each register and day of a period: its verdict, its shifts, and a hash over their rows.
--
-- A row is its fields in this order, joined by tabs, null as empty text; rows are joined by line feeds in the order of
-- the drive (or cashbox) and the number: docs/adr/0008-certificates.md.
with line as (
    select
        coalesce(kkt_reg_id, cashbox_id) as register,
        closed_at::date as day,
        receipts,
        cash_income,
        cash_refund,
        cash_payout,
        cash_payout_refund,
        cashless_income,
        cashless_refund,
        coalesce(fiscal_drive_number, cashbox_id) as drive,
        coalesce(shift_number::text, till_shift) as number,
        shift_number,
        array_to_string(
            array[
                source, kkt_reg_id, kpp, fiscal_drive_number, shift_number::text, fiscal_document_number::text,
                fiscal_sign::text, cashbox_id, till_shift, to_char(opened_at, 'YYYY-MM-DD"T"HH24:MI:SS'),
                to_char(closed_at, 'YYYY-MM-DD"T"HH24:MI:SS'), receipts::text, documents_quantity::text,
                cash_income::text, cash_refund::text, cash_payout::text, cash_payout_refund::text,
                cashless_income::text, cashless_refund::text, to_char(order_date, 'YYYY-MM-DD'), outcome,
                revision::text
            ],
            E'\t',
            ''
        ) as row_text
    from accounting.shift
    where organization_inn = %(inn)s and closed_at >= %(first_day)s and closed_at < %(last_day)s::date + 1
),

summed as (
    select
        register,
        day,
        count(*) as shifts,
        coalesce(sum(receipts), 0)::bigint as receipts,
        coalesce(sum(cash_income - cash_refund - coalesce(cash_payout, 0) + coalesce(cash_payout_refund, 0)), 0)::text
            as cash,
        coalesce(sum(cashless_income - cashless_refund), 0)::text as cashless,
        string_agg(number, ', ' order by drive collate "C", shift_number, number collate "C") as numbers,
        encode(
            sha256(
                convert_to(
                    string_agg(row_text, E'\n' order by drive collate "C", shift_number, number collate "C"), 'UTF8'
                )
            ),
            'hex'
        ) as sha256
    from line
    group by register, day
)

select
    coalesce(completeness.kkt_reg_id, summed.register) as register,
    to_char(coalesce(completeness.day, summed.day), 'YYYY-MM-DD') as day,
    coalesce(completeness.verdict, '') as verdict,
    coalesce(completeness.reason, '') as reason,
    coalesce(completeness.missing, '{}') as missing,
    coalesce(summed.shifts, 0) as shifts,
    coalesce(summed.numbers, '') as numbers,
    coalesce(summed.receipts, 0) as receipts,
    coalesce(summed.cash, '0') as cash,
    coalesce(summed.cashless, '0') as cashless,
    coalesce(summed.sha256, '') as sha256
from summed
full join (
    select * from control.completeness
    where organization_inn = %(inn)s and day between %(first_day)s and %(last_day)s
) as completeness
    on summed.register = completeness.kkt_reg_id and summed.day = completeness.day
order by coalesce(completeness.kkt_reg_id, summed.register) collate "C", coalesce(completeness.day, summed.day)
