-- Run by match of Kontur.Market, inside the publishing transaction: what each staged till shift is to what stands already.
--
-- new, same, changed as for the OFD's shifts; conflict where its orders were accepted or lie in a closed period, or would
-- need another day. What becomes of a shift is decided after it is written, when it is known which shift of the OFD it is.
create temporary table decided on commit drop as
with staged as (
    select distinct on (shift_id)
        till_shift.*
    from stage.till_shift
    where batch_id = %(batch_id)s
    order by shift_id asc, closed_at desc, receipts desc
),

facts as (
    select
        staged.shift_id,
        staged.order_day,
        case
            when staged.outcome = 'incomplete' then 'incomplete'
            when staged.order_day < integration.start_date then 'before_start'
            when staged.order_day <= closed_period.through then 'closed_period'
            else 'needs_review'
        end as outcome,
        staged.reason,
        coalesce(linked.kpp, nullif(shop.kpp, ''), organization.kpp) as kpp,
        stood.shift_id is not null as stood,
        stood.organization_inn <> organization.inn as is_of_another,
        stood.outcome as stood_outcome,
        (stood.order_date is distinct from staged.order_day) as other_day,
        coalesce(stood.order_date <= closed_period.through, false) as stood_closed,
        (
            (
                stood.opened_at, stood.closed_at, stood.receipts, stood.cash_income, stood.cash_refund,
                stood.cashless_income, stood.cashless_refund, stood.price_correction
            )
            is not distinct from (
                staged.opened_at, staged.closed_at, staged.receipts, staged.cash_income * 0.01,
                staged.cash_refund * 0.01, staged.cashless_income * 0.01, staged.cashless_refund * 0.01,
                staged.price_correction * 0.01
            )
        ) as same_facts,
        (
            (stood.cash_income, stood.cash_refund)
            is not distinct from (staged.cash_income * 0.01, staged.cash_refund * 0.01)
        ) as same_cash,
        case when stood.shift_id is not null then accounting.shift_facts(stood) end as stood_facts,
        jsonb_build_object(
            'cash_income', (staged.cash_income * 0.01)::numeric(15, 2),
            'cash_refund', (staged.cash_refund * 0.01)::numeric(15, 2),
            'cash_payout', 0.00,
            'cash_payout_refund', 0.00,
            'cashless_income', (staged.cashless_income * 0.01)::numeric(15, 2),
            'cashless_refund', (staged.cashless_refund * 0.01)::numeric(15, 2),
            'receipts', staged.receipts,
            'order_date', staged.order_day
        ) as told_facts
    from staged
    inner join control.organization on organization.inn = %(inn)s
    inner join control.integration
        on organization.inn = integration.organization_inn and integration.product = 'market'
    left join control.closed_period on organization.inn = closed_period.organization_inn
    left join control.shop on organization.inn = shop.organization_inn and staged.shop_id = shop.shop_id
    left join
        lateral (
            select register_kpp.kpp
            from control.register_link as link
            inner join control.register_kpp
                on
                    link.organization_inn = register_kpp.organization_inn
                    and link.kkt_reg_id = register_kpp.kkt_reg_id
                    and register_kpp.valid @> staged.order_day
            where
                link.organization_inn = organization.inn
                and link.cashbox_id = staged.cashbox_id
                and link.state = 'in_force'
                and link.days @> staged.order_day
        ) as linked
        on true
    left join accounting.shift as stood on staged.shift_id = stood.shift_id
)

select
    shift_id,
    order_day,
    outcome,
    reason,
    kpp,
    stood_facts,
    told_facts,
    md5(stood_facts::text || told_facts::text) as digest,
    case
        when not stood then 'new'
        when is_of_another then 'same'
        when stood_outcome = 'rejected' or (outcome = 'incomplete' and stood_outcome <> 'incomplete') then 'same'
        when
            same_facts
            or exists (
                select from control.decision
                where
                    decision.shift_id = facts.shift_id
                    and decision.kind = 'conflict'
                    and decision.resolution in ('keep-market', 'keep-ofd')
                    and decision.digest = md5(stood_facts::text || told_facts::text)
            )
            then 'same'
        when outcome = 'before_start' and accounting.is_booked(stood_outcome) then 'same'
        when
            exists (
                select from accounting.cash_order
                where
                    cash_order.shift_id = facts.shift_id
                    and cash_order.status <> 'reversed'
                    and (stood_closed or other_day or (cash_order.status <> 'new' and not same_cash))
            )
            then 'conflict'
        when stood_closed and accounting.is_booked(stood_outcome) then 'same'
        else 'changed'
    end as verdict
from facts
