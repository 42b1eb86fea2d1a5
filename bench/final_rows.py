"""The rows that the pipeline has published, as an Arrow table per table, for the other loaders."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import dataclass

import psycopg2
import pyarrow as pa
from psycopg2 import sql
from pyarrow import csv

from bench.statements import statement

_TYPES = {
    "uuid": pa.string(),
    "text": pa.string(),
    "bigint[]": pa.string(),
    "jsonb": pa.string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "interval": pa.string(),
    "numeric(15,2)": pa.decimal128(15, 2),
    "timestamp without time zone": pa.timestamp("us"),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
}


@dataclass(frozen=True)
class FinalTable:
    """A table of `accounting` with its rows, without the columns that PostgreSQL generates."""

    name: str
    key: str
    rows: pa.Table

    @property
    def columns(self) -> list[str]:
        names: list[str] = self.rows.column_names
        return names


def read_final_rows(dsn: str) -> list[FinalTable]:
    """Return `accounting.shift` and `accounting.cash_order`."""
    with closing(psycopg2.connect(dsn, options="-c timezone=UTC")) as connection:
        return [_read(connection, "shift", "shift_id"), _read(connection, "cash_order", "document_id")]


def _read(connection: psycopg2.extensions.connection, name: str, key: str) -> FinalTable:
    with connection.cursor() as cursor:
        cursor.execute(statement("columns"), {"relation": f"accounting.{name}"})
        types = {column: _TYPES[kind] for column, kind in cursor.fetchall()}
        reported = io.BytesIO()
        columns = sql.SQL(", ").join(map(sql.Identifier, types))
        cursor.copy_expert(
            sql.SQL("copy accounting.{} ({}) to stdout (format csv, header)").format(sql.Identifier(name), columns),
            reported,
        )
    reported.seek(0)
    options = csv.ConvertOptions(
        column_types=types,
        true_values=["t"],
        false_values=["f"],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    return FinalTable(name, key, csv.read_csv(reported, convert_options=options))
