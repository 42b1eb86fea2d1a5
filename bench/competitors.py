"""Other ways to load the same final rows into the same server. Each gets the rows in the form that suits it best.

They parse, check and match nothing: the rows are in memory and are loaded into fresh tables, durably.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg2
import pyarrow as pa
from psycopg2 import sql
from pyarrow import csv
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from bench.final_rows import FinalTable
from bench.statements import statement

COPY, UPSERT, UPSERT_AGAIN = "COPY into bare tables", "COPY + INSERT … ON CONFLICT", "the same again, all rows there"
TO_SQL, TO_SQL_MULTI = "pandas.to_sql", 'pandas.to_sql, method="multi"'
DLT, DLT_UPSERT, DLT_ARROW = "dlt merge, dictionaries", "dlt merge, dictionaries, strategy upsert", "dlt merge, Arrow"

_MULTI_ROWS = 1_000


@dataclass(frozen=True)
class Competitor:
    """A way to load, and the seconds it took for all rows."""

    name: str
    seconds: float


def measure_competitors(
    dsn: str, tables: Sequence[FinalTable], scratch: Path, say: Callable[[str], None]
) -> list[Competitor]:
    """Run each in turn. Raises AssertionError where one has not loaded every row."""
    found = []
    for name, schema, load in _ways(dsn, tables, scratch):
        _run(dsn, "checkpoint")
        say(name)
        started = time.perf_counter()
        load()
        found.append(Competitor(name, time.perf_counter() - started))
        _prove(dsn, schema, tables)
    return found


def _ways(dsn: str, tables: Sequence[FinalTable], scratch: Path) -> list[tuple[str, str, Callable[[], None]]]:
    _run(dsn, statement("bare_tables"))
    _run(dsn, statement("keyed_tables"))
    frames = [(table.name, table.rows.to_pandas()) for table in tables]
    records = [(table, table.rows.to_pylist()) for table in tables]
    arrow = [(table, table.rows) for table in tables]
    for schema in ("to_sql", "to_sql_multi"):
        _run(dsn, sql.SQL("create schema {}").format(sql.Identifier(schema)))
    return [
        (COPY, "bare", lambda: copy(dsn, tables)),
        (UPSERT, "keyed", lambda: upsert(dsn, tables)),
        (UPSERT_AGAIN, "keyed", lambda: upsert(dsn, tables)),
        (TO_SQL, "to_sql", lambda: to_sql(dsn, frames, "to_sql", None)),
        (TO_SQL_MULTI, "to_sql_multi", lambda: to_sql(dsn, frames, "to_sql_multi", "multi")),
        (DLT, "dlt_records", lambda: dlt_merge(dsn, records, "dlt_records", scratch, "delete-insert")),
        (DLT_UPSERT, "dlt_upsert", lambda: dlt_merge(dsn, records, "dlt_upsert", scratch, "upsert")),
        (DLT_ARROW, "dlt_arrow", lambda: dlt_merge(dsn, arrow, "dlt_arrow", scratch, "delete-insert")),
    ]


def copy(dsn: str, tables: Sequence[FinalTable]) -> None:
    """COPY into tables without keys, checks and triggers, in one transaction: the lower bound."""
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        for table in tables:
            _copy(cursor, table, sql.Identifier("bare", table.name))


def upsert(dsn: str, tables: Sequence[FinalTable]) -> None:
    """COPY into a temporary table, and from there INSERT … ON CONFLICT DO UPDATE, in one transaction."""
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement("waiting_tables"))
        for table in tables:
            _copy(cursor, table, sql.Identifier("pg_temp", table.name))
            cursor.execute(statement(f"upsert_{table.name}"))


def to_sql(dsn: str, frames: Sequence[tuple[str, Any]], schema: str, method: Literal["multi"] | None) -> None:
    """pandas.to_sql into tables that it creates itself, in one transaction."""
    url = make_url(dsn).set(drivername="postgresql+psycopg2")
    chunk = _MULTI_ROWS if method else None
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for name, frame in frames:
            frame.to_sql(name, connection, schema=schema, index=False, method=method, chunksize=chunk)


def dlt_merge(dsn: str, tables: Sequence[tuple[FinalTable, Any]], schema: str, scratch: Path, strategy: str) -> None:
    """The merge of dlt, `write_disposition="merge"` by the primary key, into a fresh dataset."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    import dlt  # type: ignore[import-not-found,unused-ignore]  # of requirements-bench.txt

    pipeline = dlt.pipeline(
        schema,
        pipelines_dir=str(scratch),
        destination=dlt.destinations.postgres(credentials=dsn),
        dataset_name=schema,
    )
    disposition = {"disposition": "merge", "strategy": strategy}
    pipeline.run(
        [
            dlt.resource(rows, name=table.name, primary_key=table.key, write_disposition=disposition)
            for table, rows in tables
        ]
    )


def _copy(cursor: Any, table: FinalTable, target: sql.Identifier) -> None:
    sink = pa.BufferOutputStream()
    csv.write_csv(table.rows, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    cursor.copy_expert(
        sql.SQL("copy {} ({}) from stdin (format csv)").format(target, columns), io.BytesIO(sink.getvalue())
    )


def _run(dsn: str, command: str | sql.Composable) -> None:
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(command)


def _prove(dsn: str, schema: str, tables: Sequence[FinalTable]) -> None:
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        for table in tables:
            cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table.name)))
            found = cursor.fetchone()
            if found != (len(table.rows),):
                raise AssertionError(f"{schema}.{table.name} has {found} rows of {len(table.rows)}")
