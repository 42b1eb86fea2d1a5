"""Is the frame what its schema says? Asked before anything else: without it no other rule makes sense."""

from __future__ import annotations

import pandas as pd

from smena.quality.judge import Answer, ask
from smena.quality.rules import equal
from smena.transform.frames import ORDERS, SHIFTS, Z_REPORTS
from smena.transform.schema import Schema

RULES = {
    schema.name: (
        equal(
            f"{schema.name}_are_of_their_schema", "found", "wanted", "columns or types are not the schema's", "batch"
        ),
    )
    for schema in (Z_REPORTS, ORDERS, SHIFTS)
}


def check_shape(suite: str, frame: pd.DataFrame, schema: Schema) -> Answer:
    """Whether the frame has exactly the schema's columns with exactly its types. The rows asked are the columns.

    Great Expectations' own question about types cannot tell `Int64` from `int64`, so a frame of columns is asked.
    """
    found = frame.dtypes.astype("string")
    wanted = pd.Series(dict(schema.columns), dtype="string")
    columns = pd.DataFrame({"found": found, "wanted": wanted}).fillna("absent").rename_axis("column").reset_index()
    return ask(suite, RULES[schema.name], columns, key="column")[0]
