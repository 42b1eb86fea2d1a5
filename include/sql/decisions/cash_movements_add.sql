-- Run by `cash.enter`: add movements of cash; a line imported before adds nothing. `word` is the kind of movement
-- (`bank_deposit`, `wages`, …); amounts are in roubles.
insert into accounting.cash_movement (
    organization_inn, kpp, word, day, number, counterparty, account, basis, amount, import_key, entered_by
)
select
    %(inn)s,
    line.kpp,
    line.word,
    line.day,
    line.number,
    line.counterparty,
    line.account,
    line.basis,
    line.amount,
    line.import_key,
    %(by)s
from
    jsonb_to_recordset(cast(%(lines)s as jsonb))
        as line (
            kpp text, word text, day date, number text, counterparty text, account text, basis text, amount numeric,
            import_key text
        )
on conflict (organization_inn, import_key) do nothing
