-- Run by `smena migrate`, before it changes anything: facts about the database, the login and the server. One row.
--
-- missing_roles: the statements that an administrator of the server has to run if the login may not. A membership is
-- enough if it lets the login act as the role (`set`), or pass it on (`with admin option`).
select
    current_database() as database_name,
    current_user as login,
    pg_encoding_to_char(database.encoding) as encoding,
    coalesce(current_schema(), '') as first_schema,
    pg_catalog.has_database_privilege(current_database(), 'create') as may_create_schemas,
    coalesce(pg_catalog.has_schema_privilege(current_schema(), 'create'), false) as may_create_tables,
    array(
        select nspname::text from pg_catalog.pg_namespace
        where nspname in ('raw', 'stage', 'accounting', 'control', 'mart')
        order by nspname
    ) as schemas,
    exists(select from pg_catalog.pg_extension where extname = 'btree_gist') as has_extension,
    exists(select from pg_catalog.pg_available_extensions where name = 'btree_gist') as has_extension_files,
    me.rolsuper
    or exists (
        select from pg_catalog.pg_available_extension_versions
        where name = 'btree_gist' and trusted
    ) as may_create_extension,
    array(
        select
            case
                when role.oid is null
                    then format('create role %%1$I nologin noinherit; grant %%1$I to %%2$I', wanted.name, current_user)
                else format('grant %%I to %%I', wanted.name, current_user)
            end
        from (values (1, 'smena_owner'), (2, 'smena_loader'), (3, 'smena_accountant'), (4, 'smena_auditor'))
            as wanted (place, name)
        left join pg_catalog.pg_roles as role on wanted.name = role.rolname
        where
            not me.rolsuper
            and case
                when role.oid is null then not me.rolcreaterole
                else
                    not pg_has_role(role.oid, 'set')
                    and not pg_has_role(role.oid, 'usage with admin option')
            end
        order by wanted.place
    )
    || array(
        select format('grant smena_accountant to %%I with inherit false', wanted.name)
        from unnest(array['smena_owner', 'smena_loader']) as wanted (name)
        left join pg_catalog.pg_roles as role on wanted.name = role.rolname
        left join pg_catalog.pg_roles as accountant on accountant.rolname = 'smena_accountant'
        where
            not me.rolsuper
            and case
                when accountant.oid is null then not me.rolcreaterole
                when pg_has_role(accountant.oid, 'usage with admin option') then false
                else role.oid is null or not pg_has_role(role.oid, accountant.oid, 'set')
            end
        order by wanted.name
    ) as missing_roles
from pg_catalog.pg_roles as me
inner join pg_catalog.pg_database as database on database.datname = current_database()
where me.rolname = current_user
