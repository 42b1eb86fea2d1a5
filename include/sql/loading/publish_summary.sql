-- Run by publish, after everything else: mark the batch published, with its counts.
-- reads: decided, booked_shift, moved_shift, decided_document, uncovered
update control.batch
set
    state = 'published',
    finished_at = now(),
    summary = jsonb_build_object(
        'shifts', (select count(*) from decided),
        'verdicts', (
            select coalesce(jsonb_object_agg(counted.verdict, counted.shifts), '{}')
            from (select verdict, count(*) as shifts from decided group by verdict) as counted
        ),
        'outcomes', (
            select coalesce(jsonb_object_agg(counted.outcome, counted.shifts), '{}')
            from (
                select shift.outcome, count(*) as shifts
                from decided
                inner join accounting.shift on decided.shift_id = shift.shift_id
                group by shift.outcome
            ) as counted
        ),
        -- Orders that this batch wrote; unchanged orders are counted apart.
        'orders', (
            select coalesce(jsonb_object_agg(counted.kind, counted.reported), '{}')
            from (
                select
                    cash_order.kind,
                    jsonb_build_object(
                        'count', count(*) filter (where cash_order.status <> 'reversed'),
                        'sum', coalesce(sum(cash_order.amount) filter (where cash_order.status <> 'reversed'), 0.00),
                        'new', count(*) filter (where cash_order.revision = 1),
                        'changed', count(*) filter (
                            where cash_order.revision > 1 and cash_order.status <> 'reversed'
                        ),
                        'reversed', count(*) filter (where cash_order.status = 'reversed')
                    ) as reported
                from (
                    -- The batch wrote orders of these shifts only: reading all orders of the organisation would take
                    -- too long.
                    select booked_shift.shift_id from booked_shift
                    union
                    select moved_shift.fiscal_id from moved_shift
                ) as touched
                inner join accounting.cash_order on touched.shift_id = cash_order.shift_id
                where cash_order.batch_id = %(batch_id)s
                group by cash_order.kind
            ) as counted
        ),
        'orders_unchanged', (
            select coalesce(jsonb_object_agg(counted.kind, counted.orders), '{}')
            from (
                select
                    cash_order.kind,
                    count(*) as orders
                from decided
                inner join accounting.cash_order on decided.shift_id = cash_order.shift_id
                where cash_order.status <> 'reversed' and cash_order.batch_id <> %(batch_id)s
                group by cash_order.kind
            ) as counted
        ),
        'changed_orders', %(changed_orders)s::bigint,
        'rejects', (
            select count(*) from stage.reject
            where reject.batch_id = %(batch_id)s and reject.kind not in ('missing_z_report', 'open_shift')
        ),
        'documents', (
            select coalesce(jsonb_object_agg(counted.name, counted.documents), '{}')
            from (
                select kind || ' ' || verdict as name, count(*) as documents
                from decided_document
                group by kind, verdict
            ) as counted
        ),
        'missing_shifts', (select count(*) from uncovered where uncovered.reason = 'missing_shift'),
        'not_read', (
            select count(*) from control.assignment
            where assignment.batch_id = %(batch_id)s and assignment.state not in ('read')
        )
    )
where batch_id = %(batch_id)s
returning summary
