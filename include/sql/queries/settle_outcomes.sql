-- Run by publish after pair_moves: what becomes of each till shift (DOMAIN 4).
--
-- The OFD's shift is the one that is booked; Market fills what the OFD does not have. No guess: a till shift that could be
-- a register's, and is not known to be, waits.
create temporary table settled on commit drop as
with met as (
    select
        till.*,
        pairing.fiscal_id,
        pairing.register_link_id,
        coalesce(pairing.is_crowded, false) as is_crowded,
        pairing.is_equal or pairing.is_unknown or pairing.is_rounded as is_same,
        pairing.is_rounded and not pairing.is_equal as is_rounded,
        fiscal_row.outcome as fiscal_outcome,
        fiscal_row.same_as as fiscal_same_as,
        market.start_date,
        market.state = 'on' as is_on,
        organization.keeps_cash_documents,
        exists(
            select from accounting.cash_order
            where cash_order.shift_id = till.shift_id and cash_order.status <> 'reversed'
        ) as has_orders,
        exists(
            select from accounting.cash_order
            where cash_order.shift_id = till.shift_id and cash_order.status in ('accepted', 'rejected')
        ) as is_marked,
        exists(
            select from accounting.cash_order
            where cash_order.shift_id = pairing.fiscal_id and cash_order.status <> 'reversed'
        ) as is_booked_twice,
        exists(select from doubtful where doubtful.till_id = till.shift_id) as is_doubtful
    from till
    inner join control.organization on organization.inn = %(inn)s
    left join control.integration as market
        on market.organization_inn = %(inn)s and market.product = 'market'
    left join pairing on till.shift_id = pairing.till_id
    left join accounting.shift as fiscal_row on pairing.fiscal_id = fiscal_row.shift_id
),

judged as (
    select
        met.*,
        case
            when met.fiscal_same_as = met.shift_id then met.outcome
            when coalesce(met.is_closed, false) and accounting.is_booked(met.outcome) then met.outcome
            when met.is_crowded then 'needs_review'
            -- Of a shift that is incomplete the OFD has no sums: Market's stand until it has, and go over to it then.
            when met.fiscal_id is not null and met.fiscal_outcome not in ('before_start', 'incomplete')
                then
                    case
                        -- Accepted from Market: it stands, and where the OFD's is booked too, a person decides.
                        when met.has_orders and met.is_marked and not met.is_booked_twice then 'issued'
                        when met.is_booked_twice and met.is_marked then 'conflict'
                        -- A person refused the OFD's shift, not Market's.
                        when met.fiscal_outcome = 'rejected' and met.has_orders then 'issued'
                        when met.is_same or met.fiscal_outcome = 'rejected' then 'duplicate'
                        when coalesce(met.is_closed, false) then 'closed_period'
                        else 'conflict'
                    end
            when met.start_date is null or met.order_date < met.start_date
                -- From a later date it was switched on again: what was booked stays booked.
                then case when accounting.is_booked(met.outcome) then met.outcome else 'before_start' end
            when coalesce(met.is_closed, false) then 'closed_period'
            when met.cash_income is null then 'incomplete'
            when met.is_doubtful and not met.has_orders then 'needs_review'
            when not met.is_on and not accounting.is_booked(met.outcome) then met.outcome
            when met.cash_income = 0 and met.cash_refund = 0 then 'no_cash'
            when not met.keeps_cash_documents then 'no_cash'
            else 'issued'
        end as becomes
    from met
)

select
    judged.shift_id,
    judged.fiscal_id,
    judged.register_link_id,
    judged.fiscal_outcome,
    judged.is_same,
    judged.is_rounded,
    judged.has_orders,
    judged.outcome as was,
    judged.becomes,
    case
        when judged.becomes in ('duplicate', 'conflict', 'closed_period') then judged.fiscal_id
        else judged.same_as
    end as same_as,
    case
        when judged.becomes = judged.outcome and judged.becomes in ('issued', 'no_cash', 'incomplete')
            then judged.reason
        when judged.becomes = 'duplicate'
            then
                'the OFD tells of it, link ' || judged.register_link_id
                || case
                    when judged.is_rounded then '; rounding of ' || abs(judged.price_correction) || ' explained'
                    else ''
                end
        when judged.becomes = 'conflict' then 'the OFD tells of it with other sums; a person decides'
        when judged.becomes = 'before_start' then 'dated before the start of the integration, ' || judged.start_date
        when judged.becomes = 'closed_period' then 'the period is closed'
        when judged.becomes = 'needs_review'
            then
                case
                    when judged.is_crowded then 'two shifts of the cashbox lie in one shift of its register'
                    else 'no link tells which register the cashbox is, and the OFD may tell of this shift too'
                end
        when judged.becomes = 'no_cash' and not judged.keeps_cash_documents then 'keeps no cash documents'
        when judged.becomes = judged.outcome then judged.reason
    end as reason
from judged
where
    judged.becomes is not null
    -- What a person has decided stays, unless its orders went over to the OFD's shift.
    and (judged.decision_id is null or (judged.outcome = 'issued' and not judged.has_orders))
