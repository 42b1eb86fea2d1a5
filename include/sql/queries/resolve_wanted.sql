-- Run by resolve: the orders that the held side makes. They are those that were staged with it, to the kopeck of VAT; where
-- nothing could be staged (a shift that needed a look), one order an operation of the shift's sums, VAT not told.
--
-- Nothing is written into a closed period: there the orders are dated on the first open day, and the basis names the day
-- that they are for.
create temporary table wanted_order on commit drop as
with held as (
    select
        decision.shift_id,
        decision.decision_id,
        decision.batch_id,
        decision.held,
        decision.proposal,
        coalesce((decision.proposal ->> 'has_corrections')::boolean, false)
        or decision.reason in (
            'a correction of an earlier day''s cash', 'the day that a correction of cash is about is not known'
        ) as has_corrections,
        organization.inn,
        organization.kpp,
        organization.refunds,
        organization.keeps_cash_documents,
        (decision.held ->> 'order_date')::date as order_day,
        closed_period.through,
        case
            when (decision.held ->> 'order_date')::date <= closed_period.through then closed_period.through + 1
            else (decision.held ->> 'order_date')::date
        end as day,
        decision.held ->> 'outcome' in ('issued', 'no_cash') and decision.proposal is not null as is_staged
    from control.decision
    inner join control.organization on decision.organization_inn = organization.inn
    left join control.closed_period on decision.organization_inn = closed_period.organization_inn
    where decision.decision_id = %(decision_id)s
),

staged as (
    select
        told.kind,
        told.operation,
        told.taxation,
        told.agent,
        (told.amount * 0.01)::numeric(15, 2) as amount,
        (told.vat * 0.01)::numeric(15, 2) as vat,
        told.vat_by_rate,
        told.debit_account,
        told.credit_account
    from held
    cross join
        lateral jsonb_to_recordset(held.proposal -> 'orders') as told (
            kind text, operation text, taxation text, agent boolean, amount bigint, vat bigint, vat_by_rate jsonb,
            debit_account text, credit_account text
        )
    where held.is_staged
),

sums as (
    select
        part.operation,
        part.amount
    from held
    cross join
        lateral (
            select
                (held.held ->> 'cash_income')::numeric as income,
                (held.held ->> 'cash_refund')::numeric as refund
        ) as cash
    cross join
        lateral (
            values
            (
                'cash_income',
                case when held.refunds = 'net' then cash.income - cash.refund else cash.income end
            ),
            (
                'cash_refund',
                case when held.refunds = 'net' then cash.refund - cash.income else cash.refund end
            ),
            ('cash_payout', (held.held ->> 'cash_payout')::numeric),
            ('cash_payout_refund', (held.held ->> 'cash_payout_refund')::numeric)
        ) as part (operation, amount)
    where not held.is_staged and held.keeps_cash_documents and part.amount > 0
),

summed as (
    select
        case when sums.operation in ('cash_income', 'cash_payout_refund') then 'pko' else 'rko' end as kind,
        sums.operation,
        '' as taxation,
        false as agent,
        sums.amount::numeric(15, 2) as amount,
        null::numeric(15, 2) as vat,
        null::jsonb as vat_by_rate,
        rule.debit_account,
        rule.credit_account
    from sums
    cross join held
    left join
        lateral (
            select
                account_rule.debit_account,
                account_rule.credit_account
            from control.account_rule
            where
                (account_rule.organization_inn = held.inn or account_rule.organization_inn is null)
                and account_rule.operation = sums.operation
                and coalesce(account_rule.taxation, '') = ''
                and not coalesce(account_rule.agent, false)
            order by
                (account_rule.organization_inn is null)::int,
                (account_rule.agent is null)::int + (account_rule.taxation is null)::int,
                account_rule.account_rule_id
            limit 1
        ) as rule
        on true
),

wanted as (
    select * from staged
    union all
    select * from summed
)

select
    held.decision_id,
    held.batch_id,
    held.inn,
    coalesce(register_kpp.kpp, case shift.source when 'market' then shift.kpp end, held.kpp) as kpp,
    held.day,
    shift.shift_id,
    shift.source,
    wanted.kind,
    wanted.operation,
    wanted.taxation,
    wanted.agent,
    wanted.amount,
    wanted.vat,
    wanted.vat_by_rate,
    wanted.debit_account,
    wanted.credit_account,
    coalesce(stood.issue + 1, 1) as issue,
    case
        when shift.source = 'market'
            then
                'Чеки Контур.Маркета за смену ' || to_char(shift.opened_at, 'DD.MM.YYYY HH24:MI') || ' – '
                || to_char(shift.closed_at, 'DD.MM.YYYY HH24:MI') || ', касса ' || shift.cashbox_id
        when shift.fiscal_document_number is null
            then
                'Чеки смены № ' || shift.shift_number || ' без отчёта о закрытии (ФН заменён), последний документ '
                || to_char(shift.closed_at, 'DD.MM.YYYY HH24:MI') || ', РНМ ' || shift.kkt_reg_id
                || ', ФН ' || shift.fiscal_drive_number
        else
            'Отчёт о закрытии смены № ' || shift.shift_number || ' от ' || to_char(shift.closed_at, 'DD.MM.YYYY')
            || ', РНМ ' || shift.kkt_reg_id || ', ФН ' || shift.fiscal_drive_number
            || ', ФД ' || shift.fiscal_document_number
            || case when held.has_corrections then ', с чеками коррекции' else '' end
    end
    || coalesce(', взамен ордера № ' || stood.number || ' от ' || to_char(stood.date, 'DD.MM.YYYY'), '')
    || case
        when held.day <> held.order_day
            then
                ', за ' || to_char(held.order_day, 'DD.MM.YYYY')
                || ': период закрыт по ' || to_char(held.through, 'DD.MM.YYYY')
        else ''
    end as basis
from wanted
cross join held
inner join accounting.shift on held.shift_id = shift.shift_id
left join control.register_kpp
    on
        held.inn = register_kpp.organization_inn
        and shift.kkt_reg_id = register_kpp.kkt_reg_id
        and register_kpp.valid @> held.day
left join
    lateral (
        select
            cash_order.issue,
            cash_order.number,
            cash_order.date
        from accounting.cash_order
        where
            cash_order.shift_id = held.shift_id
            and cash_order.operation = wanted.operation
            and cash_order.taxation = wanted.taxation
            and cash_order.agent = wanted.agent
        order by cash_order.issue desc
        limit 1
    ) as stood
    on true
