-- Run by `smena migrate`, revision 0027.
create or replace function accounting.check_order_statuses() returns trigger
language plpgsql
set enable_nestloop to off
as $$
declare
    wrong record;
begin
    select old_rows.organization_inn, old_rows.kpp, old_rows.number, old_rows.status, new_rows.status as wanted
    into wrong
    from old_rows
    inner join new_rows on old_rows.document_id = new_rows.document_id
    where
        old_rows.status <> new_rows.status
        and not case old_rows.status
            when 'new' then true
            when 'accepted'
                then
                    (new_rows.status = 'reversed' and new_rows.reversed_decision_id is not null)
                    -- Acceptance is taken back with a reason, and not while a decision waits that was asked because of it.
                    or (
                        new_rows.status = 'new'
                        and trim(coalesce(new_rows.status_reason, '')) <> ''
                        and not new_rows.shift_id in (
                            select unnest(array_remove(array[decision.shift_id, decision.rival_id], null))
                            from control.decision
                            where decision.state = 'open'
                        )
                    )
            when 'rejected'
                then
                    new_rows.status = 'accepted'
                    or (new_rows.status = 'reversed' and new_rows.reversed_decision_id is not null)
            when 'reversed' then new_rows.status = 'new' and old_rows.reversed_decision_id is null
        end
    limit 1;
    if found then
        raise exception 'order % of % / % is % and cannot become %',
            wrong.number, wrong.organization_inn, wrong.kpp, wrong.status, wrong.wanted
            using errcode = 'check_violation', constraint = 'order_status_moves_on';
    end if;

    select old_rows.organization_inn, old_rows.kpp, old_rows.number
    into wrong
    from old_rows
    inner join new_rows on old_rows.document_id = new_rows.document_id
    where
        old_rows.reversed_decision_id is distinct from new_rows.reversed_decision_id
        and (
            old_rows.reversed_decision_id is not null
            or not exists (
                select from control.decision
                where
                    decision.decision_id = new_rows.reversed_decision_id
                    and new_rows.shift_id in (decision.shift_id, decision.rival_id)
                    and decision.resolution in ('reverse', 'keep-ofd', 'keep-market')
            )
        )
    limit 1;
    if found then
        raise exception 'order % of % / %: no decision about its shift reverses it',
            wrong.number, wrong.organization_inn, wrong.kpp
            using errcode = 'check_violation', constraint = 'order_reversed_by_decision';
    end if;
    return null;
end
$$;
