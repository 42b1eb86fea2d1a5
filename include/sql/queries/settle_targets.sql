-- Run by publish after publish_targets: the orders that till shifts must have: one an operation, VAT not told.
insert into target (
    document_id, issue, shift_id, verdict, kpp, kind, day, book_year, closed_at, kkt_reg_id, fiscal_drive_number,
    shift_number, operation, taxation, agent, amount, debit_account, credit_account, basis, source
)
select
    case
        when stood.document_id is not null and not stood.is_gone then stood.document_id
        else accounting.order_id(shift.shift_id, part.operation, '', false, coalesce(stood.issue + 1, 1))
    end,
    coalesce(stood.issue + stood.is_gone::integer, 1),
    shift.shift_id,
    'changed',
    shift.kpp,
    case part.operation when 'cash_income' then 'pko' else 'rko' end,
    shift.order_date,
    extract(year from shift.order_date)::integer,
    shift.closed_at,
    shift.cashbox_id,
    shift.till_shift,
    0,
    part.operation,
    '',
    false,
    part.amount,
    rule.debit_account,
    rule.credit_account,
    'Чеки Контур.Маркета за смену ' || to_char(shift.opened_at, 'DD.MM.YYYY HH24:MI') || ' – '
    || to_char(shift.closed_at, 'DD.MM.YYYY HH24:MI') || ', касса ' || shift.cashbox_id,
    'market'
from settled
inner join accounting.shift on settled.shift_id = shift.shift_id
inner join control.organization on shift.organization_inn = organization.inn
left join control.closed_period on shift.organization_inn = closed_period.organization_inn
cross join
    lateral (
        values
        (
            'cash_income',
            case organization.refunds when 'net' then shift.cash_income - shift.cash_refund else shift.cash_income end
        ),
        (
            'cash_refund',
            case organization.refunds when 'net' then shift.cash_refund - shift.cash_income else shift.cash_refund end
        )
    ) as part (operation, amount)
left join
    lateral (
        select
            account_rule.debit_account,
            account_rule.credit_account
        from control.account_rule
        where
            (account_rule.organization_inn = shift.organization_inn or account_rule.organization_inn is null)
            and account_rule.operation = part.operation
            and coalesce(account_rule.taxation, '') = ''
            and not coalesce(account_rule.agent, false)
        order by
            (account_rule.organization_inn is null)::integer,
            (account_rule.agent is null)::integer + (account_rule.taxation is null)::integer,
            account_rule.account_rule_id
        limit 1
    ) as rule
    on true
left join
    lateral (
        select
            issued.document_id,
            issued.issue,
            issued.reversed_decision_id is not null as is_gone
        from accounting.cash_order as issued
        where
            issued.shift_id = shift.shift_id
            and issued.operation = part.operation
            and issued.taxation = ''
            and not issued.agent
        order by issued.issue desc
        limit 1
    ) as stood
    on true
where
    settled.becomes = 'issued'
    and part.amount > 0
    and shift.order_date > coalesce(closed_period.through, '-infinity')
