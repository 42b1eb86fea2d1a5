-- Run by resolve after resolve_issue: the shift takes the held facts, and the day of its new orders.
with told as (
    select
        decision.*,
        case
            when (decision.held ->> 'order_date')::date <= closed_period.through then closed_period.through + 1
            else (decision.held ->> 'order_date')::date
        end as day
    from control.decision
    left join control.closed_period on decision.organization_inn = closed_period.organization_inn
    where decision.decision_id = %(decision_id)s
),

placed as (
    select
        told.*,
        coalesce(
            register_kpp.kpp, case shift.source when 'market' then shift.kpp end, organization.kpp
        ) as kpp,
        exists(
            select from accounting.cash_order
            where cash_order.shift_id = told.shift_id and cash_order.status <> 'reversed'
        ) as has_orders
    from told
    inner join control.organization on told.organization_inn = organization.inn
    inner join accounting.shift on told.shift_id = shift.shift_id
    left join control.register_kpp
        on
            told.organization_inn = register_kpp.organization_inn
            and shift.kkt_reg_id = register_kpp.kkt_reg_id
            and register_kpp.valid @> told.day
)

update accounting.shift
set
    kpp = placed.kpp,
    opened_at = coalesce((placed.proposal ->> 'opened_at')::timestamp, shift.opened_at),
    received_at = least((placed.proposal ->> 'received_at')::timestamp at time zone 'UTC', shift.received_at),
    receipts = (placed.held ->> 'receipts')::integer,
    cash_income = (placed.held ->> 'cash_income')::numeric,
    cash_refund = (placed.held ->> 'cash_refund')::numeric,
    cash_payout = (placed.held ->> 'cash_payout')::numeric,
    cash_payout_refund = (placed.held ->> 'cash_payout_refund')::numeric,
    cashless_income = (placed.held ->> 'cashless_income')::numeric,
    cashless_refund = (placed.held ->> 'cashless_refund')::numeric,
    detail = coalesce(placed.proposal ->> 'detail', shift.detail),
    order_date = placed.day,
    outcome = case when placed.has_orders then 'issued' else 'no_cash' end,
    reason = placed.resolution || ', ' || placed.resolved_by || ': ' || placed.resolution_reason,
    evidence = placed.evidence,
    same_as = null,
    decision_id = placed.decision_id,
    revision = shift.revision + 1,
    batch_id = placed.batch_id,
    loaded_at = now()
from placed
where shift.shift_id = placed.shift_id
