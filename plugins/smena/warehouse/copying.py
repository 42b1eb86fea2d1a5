"""Frames into tables, and queries into frames, by COPY."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
from psycopg2 import sql as composed
from pyarrow import csv

from smena.model.errors import BrokenPromise
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema
from smena.warehouse.database import Transaction
from smena.warehouse.faults import naming
from smena.warehouse.sql import query

_ARROW_TYPES = {TEXT: pa.string(), WHOLE: pa.int64(), FLAG: pa.bool_(), MOMENT: pa.timestamp("us")}
_PANDAS_TYPES = {pa.string(): pd.StringDtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}

_SMALLEST_BLOCK_BYTES = 1 << 20


def as_csv(frame: pd.DataFrame) -> io.BytesIO:
    """Return a frame as CSV: missing values empty, text quoted, so that COPY can tell NULL from an empty text."""
    # With several chunks, one of which may be empty, the writer leaves bytes unwritten.
    table = pa.Table.from_pandas(frame, preserve_index=False).combine_chunks()
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    return io.BytesIO(sink.getvalue())


def copy_frame(transaction: Transaction, frame: pd.DataFrame, schema: str, table: str, columns: Sequence[str]) -> int:
    """Append a frame's columns to the same columns of a table; return the number of rows."""
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


def read_frame(transaction: Transaction, name: str, schema: Schema, /, **parameters: Any) -> pd.DataFrame:
    """Return the rows of the statement `name` as a frame of the schema; columns are found by name.

    The rows come by COPY and never become Python objects. NULL is missing, an empty text is a text. The query casts to
    the types of the schema: money to `bigint` kopecks, a time with a zone to `timestamp`; a `date` becomes midnight.

    Raises BrokenPromise, which names the query, if a column is missing or a value does not fit its type.
    """
    with naming(name), transaction.connection.cursor() as cursor:
        rendered: bytes = cursor.mogrify(query(name), parameters)
        sink = io.BytesIO()
        cursor.copy_expert(b"copy (\n" + rendered + b"\n) to stdout (format csv, header)", sink)
    try:
        return _from_csv(sink, schema)
    except (pa.ArrowInvalid, KeyError) as error:
        first_line = str(error).partition("\n")[0]
        raise BrokenPromise(f"the rows of {name} are no frame of {schema.name}: {first_line}") from error


def _from_csv(sink: io.BytesIO, schema: Schema) -> pd.DataFrame:
    """The CSV that COPY wrote: a missing value is empty without quotes, an empty text is `""`."""
    # One block, because the reader refuses a row that is longer than a block.
    block_bytes = max(_SMALLEST_BLOCK_BYTES, sink.tell())
    sink.seek(0)
    table = csv.read_csv(
        sink,
        csv.ReadOptions(block_size=block_bytes),
        # A missing value in a frame of one column is an empty line.
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types={column: _ARROW_TYPES[kind] for column, kind in schema.columns.items()},
            include_columns=list(schema.columns),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    return schema.conform(table.to_pandas(types_mapper=_PANDAS_TYPES.get))
