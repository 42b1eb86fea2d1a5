-- Run by `smena migrate`, revision 0007: certificates, mandates (поручения) and bans (запреты), and who signed what.

create table control.certificate (
    certificate_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    source text not null check (source in ('manual', 'diadoc')),
    certificate bytea not null,
    subject text not null,
    subject_inn text not null,
    issuer text not null,
    serial text not null,
    key_algorithm text not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    thumbprint_sha1 text not null,
    thumbprint_sha256 text not null,
    added_by text not null,
    added_at timestamptz not null default now(),
    check (subject_inn = organization_inn),
    check (valid_from < valid_to),
    check (thumbprint_sha256 = encode(sha256(certificate), 'hex'))
);
comment on table control.certificate is
'Certificates of heads (DER). The newest row of an organisation is the one that serves, for every product.';
create index certificate_of_organization on control.certificate (organization_inn, certificate_id);

create table control.mandate (
    mandate_id uuid primary key,
    organization_inn text not null references control.organization (inn),
    product text not null check (product = 'ofd'),
    kind text not null check (kind in ('mandate', 'ban')),
    number integer not null check (number > 0),
    start_date date,
    registers text[] not null default '{}',
    made_on date not null,
    text bytea not null,
    digest text not null,
    integration_history_id bigint not null,
    made_by text not null,
    made_at timestamptz not null default now(),
    unique (organization_inn, number),
    check ((kind = 'mandate') = (start_date is not null)),
    check (kind = 'mandate' or registers = '{}'),
    check (digest = encode(sha256(text), 'hex'))
);
comment on table control.mandate is
'Texts to be signed: the mandate (поручение) to transfer fiscal data and its ban (запрет), byte for byte.';
comment on column control.mandate.registers is 'РНМ of the registers that the mandate names; empty: all of them.';
comment on column control.mandate.integration_history_id is
'The newest switching when the text was made, 0 before the first. A text serves only until the next one.';

create table control.mandate_signature (
    mandate_signature_id bigint generated always as identity primary key,
    organization_inn text not null references control.organization (inn),
    product text not null,
    kind text not null check (kind in ('mandate', 'ban')),
    mandate_id uuid references control.mandate (mandate_id),
    certificate_id bigint references control.certificate (certificate_id),
    signature bytea not null check (octet_length(signature) <= 1048576),
    verdict text not null check (verdict in ('accepted', 'refused', 'unjudged')),
    reason text not null default '',
    judged_by text not null,
    judged_at timestamptz not null default now(),
    check (verdict <> 'accepted' or (mandate_id is not null and certificate_id is not null))
);
comment on table control.mandate_signature is
'Every signature that was given, good or bad, with its verdict; unjudged where this machine cannot verify it.';
create unique index mandate_is_used_once on control.mandate_signature (mandate_id) where verdict = 'accepted';

create trigger history_is_kept before update or delete or truncate on control.certificate
for each statement execute function accounting.refuse();
create trigger history_is_kept before update or delete or truncate on control.mandate
for each statement execute function accounting.refuse();
create trigger history_is_kept before update or delete or truncate on control.mandate_signature
for each statement execute function accounting.refuse();

alter table control.integration
add column registers text[] not null default '{}',
add column mandate_id uuid references control.mandate (mandate_id);
alter table control.integration_history
add column registers text[] not null default '{}',
add column mandate_id uuid references control.mandate (mandate_id);
comment on column control.integration.registers is 'Only these РНМ are loaded; empty: all of them.';
comment on column control.integration.mandate_id is 'The signed mandate or ban that this state follows from.';

-- here: control.keep_integration_history.0007

create function control.check_switching() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'UPDATE' then
        if
            (old.state, old.start_date, old.registers, old.mandate_id)
            is not distinct from (new.state, new.start_date, new.registers, new.mandate_id)
        then
            return null;
        end if;
        if old.mandate_id is not distinct from new.mandate_id then
            raise exception '% of % is switched without a new signature', new.product, new.organization_inn
                using errcode = 'check_violation', constraint = 'switching_is_signed';
        end if;
    end if;
    if not exists (
        select from control.mandate
        inner join control.mandate_signature
            on mandate.mandate_id = mandate_signature.mandate_id and mandate_signature.verdict = 'accepted'
        where
            mandate.mandate_id = new.mandate_id
            and mandate.organization_inn = new.organization_inn
            and mandate.product = new.product
            and (
                (new.state = 'off' and mandate.kind = 'ban')
                or (
                    new.state = 'on'
                    and mandate.kind = 'mandate'
                    and mandate.start_date = new.start_date
                    and mandate.registers = new.registers
                )
            )
    ) then
        raise exception '% of % is switched without a signed text', new.product, new.organization_inn
            using errcode = 'check_violation', constraint = 'switching_is_signed';
    end if;
    return null;
end
$$;

create trigger switching_is_signed after insert or update on control.integration
for each row when (new.product = 'ofd')
execute function control.check_switching();

create view control.integration_interval as
select
    switching.organization_inn,
    switching.product,
    switching.start_date,
    switching.registers,
    switching.changed_at as on_from,
    switching.changed_by as on_by,
    switching.reason as on_reason,
    switching.mandate_id,
    switching.off_at,
    switching.off_by,
    switching.off_reason,
    switching.ban_id
from (
    select
        *,
        lead(changed_at) over next_one as off_at,
        lead(changed_by) over next_one as off_by,
        lead(reason) over next_one as off_reason,
        lead(mandate_id) over next_one as ban_id
    from control.integration_history
    window next_one as (partition by organization_inn, product order by integration_history_id)
) as switching
where switching.state = 'on';
comment on view control.integration_interval is
'From when to when an integration was on, from which date it loaded, by whom and why; off_at is empty while it is on.';

-- here: control.reach.0007
comment on view control.reach is
'Days from the start date in force on which a register may be read: named by the mandate, inside its permission, not '
'before its first document.';
