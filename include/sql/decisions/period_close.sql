-- Run by `smena period close`: close the books through a day; a trigger writes the history.
insert into control.closed_period (organization_inn, through, closed_by, reason)
values (%(inn)s, %(through)s, %(closed_by)s, %(reason)s)
on conflict (organization_inn) do update
    set
        through = excluded.through,
        closed_by = excluded.closed_by,
        closed_at = now(),
        reason = excluded.reason
    where closed_period.through < excluded.through
