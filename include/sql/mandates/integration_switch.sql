-- Run by `smena integration enable` and `disable`: the state from now on; the former one is in integration_history.
insert into control.integration (
    organization_inn, product, state, start_date, registers, mandate_id, reason, changed_by
)
values (
    %(inn)s,
    %(product)s,
    %(state)s,
    %(start_date)s,
    %(registers)s,
    %(mandate_id)s,
    %(reason)s,
    %(changed_by)s
)
on conflict (organization_inn, product) do update
    set
        state = excluded.state,
        start_date = excluded.start_date,
        registers = excluded.registers,
        mandate_id = excluded.mandate_id,
        reason = excluded.reason,
        changed_by = excluded.changed_by,
        changed_at = now()
