-- Run by the read model of documents: a page of a filter's documents, sorted by one column, after the named one. The
-- conditions on `sort` and `down` are constants, so the planner removes the branches of other pages.
with keyed as (
    select
        document.*,
        length(document.number) as digits,
        case %(sort)s
            when 'number' then length(document.number)
            -- A document without an amount sorts below all others.
            when 'amount' then coalesce(document.amount, -1e15)
            when 'status' then array_position(array['new', 'accepted', 'rejected', 'reversed'], document.status)
            else 0
        end as number_key,
        case %(sort)s
            when 'number' then document.number
            when 'counterparty' then left(document.counterparty, 100)
            else ''
        end as text_key
    from
        accounting.documents(
            %(inn)s, %(first_day)s, %(last_day)s, %(kind)s, %(status)s, %(source)s, %(kpp)s, %(number)s,
            %(sales_point)s
        ) as document
),

listed as (
    select *
    from keyed
    where
        cast(%(after_date)s as date) is null
        or (
            %(down)s
            and (%(sort)s <> 'day' or date <= cast(%(after_date)s as date))
            and (number_key, text_key, date, digits, number, document_id) < (
                cast(%(after_number_key)s as numeric), %(after_text_key)s, cast(%(after_date)s as date),
                length(%(after_number)s), %(after_number)s, cast(%(after_id)s as uuid)
            )
        )
        or (
            not %(down)s
            and (%(sort)s <> 'day' or date >= cast(%(after_date)s as date))
            and (number_key, text_key, date, digits, number, document_id) > (
                cast(%(after_number_key)s as numeric), %(after_text_key)s, cast(%(after_date)s as date),
                length(%(after_number)s), %(after_number)s, cast(%(after_id)s as uuid)
            )
        )
    order by
        case when %(down)s then number_key end desc,
        case when not %(down)s then number_key end asc,
        case when %(down)s then text_key end desc,
        case when not %(down)s then text_key end asc,
        case when %(down)s then date end desc,
        case when not %(down)s then date end asc,
        case when %(down)s then digits end desc,
        case when not %(down)s then digits end asc,
        case when %(down)s then number end desc,
        case when not %(down)s then number end asc,
        case when %(down)s then document_id end desc,
        case when not %(down)s then document_id end asc
    limit %(most)s
)

select
    listed.document_id::text as document_id,
    listed.kind,
    listed.number,
    listed.date,
    listed.organization_inn,
    organization.name as organization_name,
    listed.kpp,
    listed.sales_point,
    coalesce(shift.kkt_reg_id, shift.cashbox_id, shift.shop_id, listed.shop_id) as till_id,
    coalesce(
        nullif(register.name, ''), nullif(register.address, ''), nullif(shop.name, ''), nullif(shop.address, ''), ''
    ) as till,
    listed.counterparty,
    listed.amount,
    listed.source,
    listed.status,
    listed.loaded_at,
    listed.batch_id,
    listed.status_by,
    listed.status_at,
    listed.status_reason,
    listed.revision,
    listed.shift_id::text as shift_id,
    listed.operation,
    listed.debit_account,
    listed.credit_account,
    listed.vat,
    listed.basis,
    listed.shop_id,
    listed.number_key,
    listed.text_key
from listed
inner join control.organization on listed.organization_inn = organization.inn
left join accounting.shift on listed.shift_id = shift.shift_id
left join control.register
    on listed.organization_inn = register.organization_inn and shift.kkt_reg_id = register.kkt_reg_id
left join control.shop
    on listed.organization_inn = shop.organization_inn and coalesce(shift.shop_id, listed.shop_id) = shop.shop_id
order by
    case when %(down)s then listed.number_key end desc,
    case when not %(down)s then listed.number_key end asc,
    case when %(down)s then listed.text_key end desc,
    case when not %(down)s then listed.text_key end asc,
    case when %(down)s then listed.date end desc,
    case when not %(down)s then listed.date end asc,
    case when %(down)s then listed.digits end desc,
    case when not %(down)s then listed.digits end asc,
    case when %(down)s then listed.number end desc,
    case when not %(down)s then listed.number end asc,
    case when %(down)s then listed.document_id end desc,
    case when not %(down)s then listed.document_id end asc
