"""All that a database's catalogs say of what we made in it, in a form that can be compared."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2

OURS = ["raw", "stage", "accounting", "control", "mart"]

CATALOGS = {
    "schemas": "select nspname from pg_namespace where nspname = any(%(ours)s)",
    "columns": """
        select table_schema, table_name, column_name, ordinal_position, data_type, udt_name, numeric_precision,
            numeric_scale, is_nullable, column_default, is_identity, is_generated, generation_expression
        from information_schema.columns where table_schema = any(%(ours)s)""",
    "storage": """
        select attrelid::regclass::text, attname, attstorage
        from pg_attribute inner join pg_class on attrelid = pg_class.oid
        where relnamespace::regnamespace::text = any(%(ours)s) and relkind = 'r' and attnum > 0 and not attisdropped""",
    "relations": """
        select oid::regclass::text, relkind, relpersistence
        from pg_class where relnamespace::regnamespace::text = any(%(ours)s)""",
    "constraints": """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        from pg_constraint where connamespace::regnamespace::text = any(%(ours)s)""",
    "indexes": """
        select indexrelid::regclass::text, pg_get_indexdef(indexrelid)
        from pg_index inner join pg_class on indexrelid = pg_class.oid
        where relnamespace::regnamespace::text = any(%(ours)s)""",
    "functions": "select pg_get_functiondef(oid) from pg_proc where pronamespace::regnamespace::text = any(%(ours)s)",
    "triggers": """
        select pg_get_triggerdef(pg_trigger.oid) from pg_trigger inner join pg_class on tgrelid = pg_class.oid
        where relnamespace::regnamespace::text = any(%(ours)s) and not tgisinternal""",
    "views": """
        select oid::regclass::text, pg_get_viewdef(oid)
        from pg_class where relkind = 'v' and relnamespace::regnamespace::text = any(%(ours)s)""",
    "comments": """
        select identity.type, identity.identity, pg_description.description
        from pg_description, pg_identify_object(classoid, objoid, objsubid) as identity
        where identity.schema = any(%(ours)s) or identity.name = any(%(ours)s)""",
    "sequences": """
        select schemaname, sequencename, data_type, start_value, increment_by, cycle
        from pg_sequences where schemaname = any(%(ours)s)""",
    "extensions": "select extname from pg_extension",
}
ACCOUNT_RULES = """
    select organization_inn, operation, taxation, agent, debit_account, credit_account from control.account_rule"""


def schema_of(dsn: str) -> dict[str, list[Any]]:
    """By catalog, its rows in order; the rules of accounts that a migration writes are a part of it."""
    fields: dict[str, list[Any]] = {}
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        for name, question in CATALOGS.items():
            cursor.execute(question, {"ours": OURS})
            fields[name] = sorted(cursor.fetchall(), key=str)
        if ("control",) in fields["schemas"]:
            cursor.execute(ACCOUNT_RULES)
            fields["account rules"] = sorted(cursor.fetchall(), key=str)
    return fields


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Rows that only one of the two has, by catalog."""
    found = {}
    for name in one.keys() | other.keys():
        ours, theirs = one.get(name, []), other.get(name, [])
        rows = [row for row in ours if row not in theirs] + [row for row in theirs if row not in ours]
        if rows:
            found[name] = rows
    return found
