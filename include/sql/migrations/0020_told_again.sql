-- Run by `smena migrate`, revision 0020: a list that is asked for twice, and told in the same bytes, is kept once.

create table raw.told_again (
    page_id bigint primary key references raw.page (page_id),
    fetched_at timestamptz not null
);
comment on table raw.told_again is
'Answers that came in the same bytes when the same question was asked again. A second answer in others is a page.';

create trigger evidence_is_kept before update or delete or truncate on raw.told_again
for each statement execute function accounting.refuse();

alter table raw.told_again enable row level security;
create policy own_organizations on raw.told_again for select to smena_accountant, smena_auditor
using (exists (select from raw.page where page.page_id = told_again.page_id));
create policy everything on raw.told_again to smena_owner, smena_loader using (true) with check (true);
grant select on raw.told_again to smena_accountant, smena_auditor;
grant all on raw.told_again to smena_owner;
grant select, insert on raw.told_again to smena_loader;
