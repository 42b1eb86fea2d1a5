-- Run by `smena load` after its batch is published: counts of what this batch left for a person. One row.
--
-- A gap counts if it lies in the days that a person named, or that the batch requested. Every plan also stores again
-- which wanted days cannot be read; without named days, such a gap counts only if no gap known before the run has all
-- of its days.
select
    (
        select count(*) from control.decision
        where decision.batch_id = %(batch_id)s and decision.state = 'open'
    ) as open_decisions,
    (
        select count(*) from control.gap
        where
            gap.organization_inn = %(inn)s
            and gap.product = %(product)s
            and gap.batch_id = %(batch_id)s
            and (
                (
                    cast(%(first_day)s as date) is not null
                    and gap.days && daterange(%(first_day)s, %(last_day)s, '[]')
                )
                or exists (
                    select from control.assignment
                    where
                        assignment.batch_id = %(batch_id)s
                        and assignment.unit_id = gap.unit_id
                        and assignment.reason <> 'silent'
                        and gap.days && daterange(assignment.first_day, assignment.last_day, '[]')
                )
                or (
                    cast(%(first_day)s as date) is null
                    and not exists (
                        select
                        from
                            jsonb_to_recordset(%(known_gaps)s)
                                as known (
                                    unit_id text, first_day date, last_day date, reason text
                                )
                        where
                            known.unit_id = gap.unit_id
                            and known.reason = gap.reason
                            and daterange(known.first_day, known.last_day, '[]') @> gap.days
                    )
                )
            )
    ) as gaps,
    (
        select count(*) from control.quarantine
        where quarantine.batch_id = %(batch_id)s and quarantine.state = 'open'
    ) as quarantined
