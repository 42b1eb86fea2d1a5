-- Run by publish, last: open decisions, each with the current side, the proposed side, and the orders that this makes.
--
-- A conflict of a shift with itself proposes the facts of the stage. Every other decision proposes those of the
-- published shift, against those of the other source's shift if there is one.
-- reads: opening_decision, change_shift
insert into control.decision (
    organization_inn, kind, shift_id, competing_shift_id, reason, kept, held, digest, evidence, decided_by, batch_id,
    proposal,
    state, resolution, resolved_by, resolved_at, resolution_reason
)
select
    %(inn)s,
    opening_decision.kind,
    opening_decision.shift_id,
    opening_decision.counterpart_id,
    opening_decision.reason,
    case
        when opening_decision.is_own then accounting.shift_facts(shift)
        when opening_decision.kind = 'review' or opening_decision.counterpart_id is null then '{}'
        else accounting.shift_facts(counterpart)
    end,
    case when opening_decision.is_own then reported.facts else accounting.shift_facts(shift) end
    || coalesce(jsonb_build_object('outcome', reported.outcome), '{}'),
    opening_decision.digest,
    case
        when opening_decision.is_own then reported.evidence
        else
            shift.evidence || coalesce(counterpart.evidence, '{}')
            || coalesce(case when comparison.is_explained then comparison.receipt_pages end, '{}')
    end,
    'rule',
    %(batch_id)s,
    case
        when reported.shift_id is not null
            then
                jsonb_build_object(
                    'opened_at', reported.opened_at,
                    'received_at', reported.received_at,
                    'detail', reported.detail,
                    'has_corrections', reported.has_corrections,
                    'orders', coalesce(orders.of_shift, '[]')
                )
        when shift.proposed_orders is not null
            then jsonb_build_object('orders', shift.proposed_orders)
    end,
    case when opening_decision.is_resolved then 'resolved' else 'open' end,
    case when opening_decision.is_resolved then 'keep-ofd' end,
    case when opening_decision.is_resolved then 'rule' end,
    case when opening_decision.is_resolved then now() end,
    case when opening_decision.is_resolved then opening_decision.reason end
from opening_decision
inner join accounting.shift on opening_decision.shift_id = shift.shift_id
left join accounting.shift as counterpart on opening_decision.counterpart_id = counterpart.shift_id
left join control.comparison
    on
        opening_decision.is_resolved
        and opening_decision.shift_id = comparison.till_id
        and opening_decision.counterpart_id = comparison.fiscal_id
left join (
    select
        staged.shift_id,
        staged.opened_at,
        staged.received_at,
        staged.detail,
        staged.has_corrections,
        staged.outcome,
        staged.evidence,
        jsonb_build_object(
            'cash_income', (staged.cash_income * 0.01)::numeric(15, 2),
            'cash_refund', (staged.cash_refund * 0.01)::numeric(15, 2),
            'cash_payout', (staged.cash_payout * 0.01)::numeric(15, 2),
            'cash_payout_refund', (staged.cash_payout_refund * 0.01)::numeric(15, 2),
            'cashless_income', (staged.cashless_income * 0.01)::numeric(15, 2),
            'cashless_refund', (staged.cashless_refund * 0.01)::numeric(15, 2),
            'receipts', staged.receipts,
            'order_date', staged.order_day
        ) as facts
    from stage.shift as staged
    where staged.batch_id = %(batch_id)s
    union all
    select
        staged.shift_id,
        staged.opened_at,
        null,
        null,
        false,
        staged.outcome,
        staged.evidence,
        jsonb_build_object(
            'cash_income', (staged.cash_income * 0.01)::numeric(15, 2),
            'cash_refund', (staged.cash_refund * 0.01)::numeric(15, 2),
            'cash_payout', case when staged.cash_income is not null then 0.00 end,
            'cash_payout_refund', case when staged.cash_income is not null then 0.00 end,
            'cashless_income', (staged.cashless_income * 0.01)::numeric(15, 2),
            'cashless_refund', (staged.cashless_refund * 0.01)::numeric(15, 2),
            'receipts', staged.receipts,
            'order_date', staged.order_day
        )
    from stage.till_shift as staged
    where staged.batch_id = %(batch_id)s
) as reported
    on
        opening_decision.shift_id = reported.shift_id
        and (
            opening_decision.is_own
            or exists (
                select from change_shift
                where
                    change_shift.shift_id = opening_decision.shift_id
                    and change_shift.action in ('insert', 'replace')
            )
        )
left join (
    select
        cash_order.shift_id,
        jsonb_agg(
            to_jsonb(cash_order)
            - array['batch_id', 'shard', 'fiscal_drive_number', 'shift_number', 'cashbox_id', 'till_shift', 'shift_id']
            order by cash_order.operation, cash_order.taxation, cash_order.agent
        ) as of_shift
    from stage.cash_order
    inner join opening_decision as asked on cash_order.shift_id = asked.shift_id
    where cash_order.batch_id = %(batch_id)s
    group by cash_order.shift_id
) as orders
    on opening_decision.shift_id = orders.shift_id
