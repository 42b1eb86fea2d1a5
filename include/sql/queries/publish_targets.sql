-- Run by publish: the orders that new and changed shifts must have. What a person's decision has reversed stays so: an
-- order that takes its place is issued once more, with an id and a number of its own.
create temporary table target on commit drop as
select
    case
        when stood.document_id is not null and not stood.is_gone then stood.document_id
        else
            accounting.order_id(
                staged.shift_id,
                cash_order.operation,
                cash_order.taxation,
                cash_order.agent,
                coalesce(stood.issue + 1, 1)
            )
    end as document_id,
    coalesce(stood.issue + stood.is_gone::integer, 1) as issue,
    staged.shift_id,
    decided.verdict,
    decided.kpp,
    cash_order.kind,
    cash_order.day,
    extract(year from cash_order.day)::integer as book_year,
    staged.closed_at,
    staged.kkt_reg_id,
    staged.fiscal_drive_number,
    staged.shift_number,
    cash_order.operation,
    cash_order.taxation,
    cash_order.agent,
    (cash_order.amount * 0.01)::numeric(15, 2) as amount,
    (cash_order.vat * 0.01)::numeric(15, 2) as vat,
    cash_order.vat_by_rate,
    cash_order.debit_account,
    cash_order.credit_account,
    'Отчёт о закрытии смены № ' || staged.shift_number || ' от ' || to_char(staged.closed_at, 'DD.MM.YYYY')
    || ', РНМ ' || staged.kkt_reg_id || ', ФН ' || staged.fiscal_drive_number
    || ', ФД ' || staged.fiscal_document_number
    || case when staged.has_corrections then ', с чеками коррекции' else '' end as basis,
    'ofd' as source
from stage.cash_order
inner join stage.shift as staged
    on cash_order.batch_id = staged.batch_id and cash_order.shift_id = staged.shift_id
inner join decided on staged.shift_id = decided.shift_id
left join
    lateral (
        select
            issued.document_id,
            issued.issue,
            issued.reversed_decision_id is not null as is_gone
        from accounting.cash_order as issued
        where
            decided.verdict in ('changed', 'confirmed')
            and issued.shift_id = staged.shift_id
            and issued.operation = cash_order.operation
            and issued.taxation = cash_order.taxation
            and issued.agent = cash_order.agent
        order by issued.issue desc
        limit 1
    ) as stood
    on true
where
    cash_order.batch_id = %(batch_id)s
    and decided.verdict in ('new', 'changed', 'confirmed')
    and decided.outcome = 'issued'
