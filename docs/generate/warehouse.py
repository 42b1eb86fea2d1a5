"""The pages of the warehouse: tables and views with their columns, read from the catalogue of a migrated database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

SCHEMAS = ("accounting", "control", "raw", "stage")
"""In the order of the pages: what other programs read comes first."""

_RELATIONS = """
    select
        nspname as schema, relname as relation, relkind = 'v' as is_view, obj_description(pg_class.oid) as meaning,
        coalesce((
            select array_agg(attname order by array_position(conkey, attnum))
            from pg_constraint
            inner join pg_attribute on attrelid = conrelid and attnum = any(conkey)
            where conrelid = pg_class.oid and contype = 'p'
        ), '{}')::text[] as key
    from pg_class
    inner join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = any(%s) and relkind in ('r', 'p', 'v') and not relispartition
    order by nspname, relname
"""
_COLUMNS = """
    select
        nspname as schema, relname as relation, attname as name, format_type(atttypid, atttypmod) as type,
        attnotnull as is_never_null, col_description(pg_class.oid, attnum) as meaning,
        (
            select pg_get_constraintdef(pg_constraint.oid)
            from pg_constraint
            where conrelid = pg_class.oid and contype = 'c' and conkey = array[attnum]
                and pg_get_constraintdef(pg_constraint.oid) like '%%ANY (ARRAY[%%'
            order by conname
            limit 1
        ) as allowed
    from pg_attribute
    inner join pg_class on pg_class.oid = attrelid
    inner join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = any(%s) and relkind in ('r', 'p', 'v') and not relispartition and attnum > 0 and not attisdropped
    order by nspname, relname, attnum
"""
_HEAD = """# The schema `{schema}`

Made by `make docs` from the comments in a migrated database. {meaning} [All schemas](README.md)
"""
_INDEX = """# The warehouse

Made by `make docs` from the comments in a migrated database. Other programs may read `accounting` and `control`, whose
names change only with a note in the [changelog](../../../CHANGELOG.md); `stage` is internal.
Money is `numeric(15,2)` in roubles, times of documents are local to the register and have no zone, days are dates.
Row-level security limits what a login sees: [security](../../explanation/security.md#in-the-database). Columns with a
reason store codes with their arguments: [how to read them](../../how-to/every-day.md#reasons).

| schema | |
| --- | --- |
"""
_COMMON = """
Columns of many tables; where one means something else, its table says so:

| column | |
| --- | --- |
| `organization_inn` | ИНН of the organisation |
| `kpp` | КПП; with the ИНН it names a cash book. Empty for a sole proprietor |
| `product` | what is integrated, a row of `control.product`: `ofd`, `market` |
| `source` | `ofd` or `market`: which service reported it |
| `unit_id` | what a window is requested for: РНМ of a register, or the id of a shop |
| `shift_id`, `document_id` | a shift; a cash order or a document of Kontur.Market |
| `batch_id` | the batch that wrote the row last |
| `evidence` | ids of `raw.page`: the responses that the row was read from |
| `days` | a range of days; its upper bound is not included |
| `reason` | codes with arguments, one reason a line; `reason_code` and `reason_args` are those of the first |
| `…_by`, `…_at` | who did it (a person, or `rule`), and when |
| `archived_at` | of a table `…_history`: when the row was replaced |
"""


def pages(dsn: str) -> dict[str, str]:
    """Return the pages by file name: one for each schema, and `README.md` with the list of them.

    Args:
        dsn: the libpq address of a migrated warehouse.
    """
    import psycopg2
    from psycopg2.extras import RealDictCursor

    with closing(psycopg2.connect(dsn)) as connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("select nspname, obj_description(oid) from pg_namespace where nspname = any(%s)", [[*SCHEMAS]])
        schemas = {row["nspname"]: row["obj_description"] for row in cursor.fetchall()}
        cursor.execute(_RELATIONS, [[*SCHEMAS]])
        relations = cursor.fetchall()
        cursor.execute(_COLUMNS, [[*SCHEMAS]])
        columns = cursor.fetchall()
    made = {"README.md": _INDEX}
    for schema in SCHEMAS:
        own = [one for one in relations if one["schema"] == schema]
        made["README.md"] += f"| [`{schema}`]({schema}.md) | {_cell(schemas[schema])} |\n"
        parts = [_HEAD.format(schema=schema, meaning=schemas[schema])]
        parts += [_section(one, [column for column in columns if _is_of(column, one)]) for one in own]
        made[f"{schema}.md"] = "\n".join(parts)
    made["README.md"] += _COMMON
    return made


def _is_of(column: dict[str, Any], relation: dict[str, Any]) -> bool:
    return (column["schema"], column["relation"]) == (relation["schema"], relation["relation"])


def _section(relation: dict[str, Any], columns: Iterable[dict[str, Any]]) -> str:
    """Return the section of a table or view: its comment, its key, and a row for each column."""
    key = ", ".join(f"`{name}`" for name in relation["key"])
    lines = [f"## `{relation['relation']}`{' (view)' if relation['is_view'] else ''}", ""]
    lines += [text for text in (_cell(relation["meaning"]), f"Primary key: {key}." if key else "") if text]
    lines += ["", "| column | type | |", "| --- | --- | --- |"]
    for one in columns:
        can_be_null = not relation["is_view"] and not one["is_never_null"]
        kind = f"{one['type']}, or null" if can_be_null else one["type"]
        notes = " ".join(text for text in (_cell(one["meaning"]), _values(one["allowed"])) if text)
        lines.append(f"| `{one['name']}` | {kind} | {notes} |")
    return "\n".join(lines) + "\n"


def _values(constraint: str | None) -> str:
    """Return the values that a constraint `column = any (array[…])` allows."""
    values: Iterator[str] = iter(re.findall(r"'([^']*)'::", constraint or ""))
    named = ", ".join(f"`{value}`" for value in values)
    return f"One of {named}." if named else ""


def _cell(text: str | None) -> str:
    """Return a comment as one line of Markdown."""
    return " ".join((text or "").split()).replace("|", "\\|").replace("<", "&lt;")
