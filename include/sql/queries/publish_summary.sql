-- Run by publish, after everything else: the batch is published, and says what it did.
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
        'orders', (
            select coalesce(jsonb_object_agg(counted.kind, counted.told), '{}')
            from (
                select kind, jsonb_build_object('count', count(*), 'sum', sum(amount)) as told
                from target
                group by kind
            ) as counted
        ),
        'rejects', (
            select count(*) from stage.reject
            where reject.batch_id = %(batch_id)s and reject.kind not in ('missing_z_report', 'open_shift')
        ),
        'missing_shifts', (select count(*) from spoiled where spoiled.reason = 'missing_shift'),
        'not_read', (
            select count(*) from control.assignment
            where assignment.batch_id = %(batch_id)s and assignment.state not in ('read')
        )
    )
where batch_id = %(batch_id)s
returning summary
