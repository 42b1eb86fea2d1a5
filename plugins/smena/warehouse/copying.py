"""Frames into tables by COPY: the set-based way in."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
from psycopg2 import sql as composed
from pyarrow import csv

from smena.warehouse.database import Transaction, naming


def as_csv(frame: pd.DataFrame) -> io.BytesIO:
    """A frame as CSV: missing values empty, text quoted, so that COPY tells one from the other."""
    # In chunks, one of which may be empty, the writer leaves bytes unwritten.
    table = pa.Table.from_pandas(frame, preserve_index=False).combine_chunks()
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    return io.BytesIO(sink.getvalue())


def copy_frame(transaction: Transaction, frame: pd.DataFrame, schema: str, table: str, columns: Sequence[str]) -> int:
    """Appends a frame's columns to the same columns of a table; says how many rows went in."""
    if frame.empty:
        return 0
    statement = composed.SQL("copy {}.{} ({}) from stdin (format csv)").format(
        composed.Identifier(schema),
        composed.Identifier(table),
        composed.SQL(", ").join(map(composed.Identifier, columns)),
    )
    with naming(f"copy {schema}.{table}"), transaction.connection.cursor() as cursor:
        cursor.copy_expert(statement, as_csv(frame[list(columns)]))
        return int(cursor.rowcount)
