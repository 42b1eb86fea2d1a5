-- Run by certify and verify: each cash book and day of a period with its orders, and a hash over their rows.
--
-- A row leaves out whether a person accepted or rejected the order, and includes whether it was reversed.
with line as (
    select
        kpp,
        date,
        number,
        kind,
        status,
        amount,
        array_to_string(
            array[
                document_id::text, shift_id::text, kpp, kind, number::text, to_char(date, 'YYYY-MM-DD'), counterparty,
                amount::text, source, case status when 'reversed' then 'reversed' else 'issued' end, operation,
                taxation, agent::text, debit_account, credit_account, vat::text, vat_by_rate::text, basis,
                revision::text, issue::text, to_char(reversed_on, 'YYYY-MM-DD')
            ],
            E'\t',
            ''
        ) as row_text
    from accounting.cash_order
    where organization_inn = %(inn)s and date between %(first_day)s and %(last_day)s
)

select
    kpp,
    to_char(date, 'YYYY-MM-DD') as day,
    count(*) as orders,
    min(number) filter (where kind = 'pko') as first_pko,
    max(number) filter (where kind = 'pko') as last_pko,
    min(number) filter (where kind = 'rko') as first_rko,
    max(number) filter (where kind = 'rko') as last_rko,
    coalesce(sum(amount) filter (where kind = 'pko' and status <> 'reversed'), 0)::text as pko,
    coalesce(sum(amount) filter (where kind = 'rko' and status <> 'reversed'), 0)::text as rko,
    encode(sha256(convert_to(string_agg(row_text, E'\n' order by kind, number), 'UTF8')), 'hex') as sha256
from line
group by kpp, date
order by kpp collate "C", date
