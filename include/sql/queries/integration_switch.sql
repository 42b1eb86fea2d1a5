-- Run by `smena integration enable` and `disable`: the state from now on; the former one is in integration_history.
insert into control.integration (organization_inn, product, state, start_date, reason, changed_by)
values (%(inn)s, %(product)s, %(state)s, %(start_date)s, %(reason)s, %(changed_by)s)
on conflict (organization_inn, product) do update
    set
        state = excluded.state,
        start_date = excluded.start_date,
        reason = excluded.reason,
        changed_by = excluded.changed_by,
        changed_at = now()
