-- Run by `smena migrate`, revision 0027: acceptance may be taken back, and every status of a Market document is kept.

-- here: accounting.check_order_statuses.0027
comment on column accounting.cash_order.status_by is
'Who gave it its status: a person, or `rule`. Empty while it is new, unless its acceptance was taken back.';

create table accounting.market_document_status (
    document_id uuid not null references accounting.market_document (document_id),
    organization_inn text not null,
    revision integer not null,
    status text not null,
    status_by text,
    status_at timestamptz,
    status_reason text,
    archived_at timestamptz not null default clock_timestamp()
);
comment on table accounting.market_document_status is
'Former statuses of documents of Kontur.Market whose contents stayed, a row for each change.';
create index market_document_status_of_document on accounting.market_document_status (document_id, archived_at);
create trigger history_is_kept before update or delete or truncate on accounting.market_document_status
for each statement execute function accounting.refuse();
select control.protect('accounting.market_document_status');

create function accounting.check_market_document_status() returns trigger
language plpgsql
as $$
declare
    -- A CASE within IF would end the condition at its first THEN.
    is_allowed boolean := case old.status
        when 'new' then true
        when 'rejected' then new.status = 'accepted' or old.digest <> new.digest
        -- A decision about it (document_guard looks for one) gives it other contents; else a person takes acceptance back.
        when 'accepted'
            then
                new.status = 'new'
                and trim(coalesce(new.status_reason, '')) <> ''
                and (
                    old.digest <> new.digest
                    or not exists (
                        select from control.decision
                        where decision.document_id = old.document_id and decision.state = 'open'
                    )
                )
    end;
begin
    if not is_allowed then
        raise exception 'document % is % and cannot become %', old.document_id, old.status, new.status
            using errcode = 'check_violation', constraint = 'document_status_moves_on';
    end if;
    -- Where its contents change too, the former status goes to market_document_history with them.
    if old.digest = new.digest then
        insert into accounting.market_document_status (
            document_id, organization_inn, revision, status, status_by, status_at, status_reason
        )
        values (
            old.document_id, old.organization_inn, old.revision, old.status, old.status_by, old.status_at,
            old.status_reason
        );
    end if;
    return null;
end
$$;
comment on function accounting.check_market_document_status is
'How the status of a document may change; the former one goes to market_document_status.';
create trigger document_status after update on accounting.market_document
for each row when (old.status <> new.status)
execute function accounting.check_market_document_status();
