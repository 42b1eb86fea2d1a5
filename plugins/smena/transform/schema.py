"""Schemas of frames: the names and types of their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

TEXT = "string"
WHOLE = "Int64"
FLAG = "boolean"
MOMENT = "datetime64[us]"


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns in order, with their dtypes. Money is `Int64` kopecks, identifiers are `string`, times have no zone.

    Attributes:
        optional: columns that a source may leave out; their values are then missing.
    """

    name: str
    columns: Mapping[str, str]
    optional: tuple[str, ...] = ()
    _dtypes: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    _empty: pd.DataFrame = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        dtypes: dict[str, Any] = {column: pd.api.types.pandas_dtype(name) for column, name in self.columns.items()}
        empty = pd.DataFrame({column: pd.array([], dtype=dtype) for column, dtype in dtypes.items()})
        object.__setattr__(self, "_dtypes", dtypes)  # the class is frozen
        object.__setattr__(self, "_empty", empty)

    def empty(self) -> pd.DataFrame:
        """Return a frame of this shape without rows."""
        return self._empty.copy(deep=False)

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with exactly these columns, in this order, of these types.

        Raise KeyError for an absent column that is not optional, and pandas' own errors for values that do not fit.
        """
        absent = [name for name in self.optional if name not in frame]
        if absent:
            frame = frame.assign(
                **{name: pd.Series(pd.NA, index=frame.index, dtype=self.columns[name]) for name in absent}
            )
        wanted = self._dtypes
        if frame.columns.tolist() == list(wanted) and frame.dtypes.tolist() == list(wanted.values()):
            # A view: pandas copies a column when one of the two frames writes to it.
            return frame.copy(deep=False)
        columns = {column: frame[column] for column in wanted}
        # Not `frame.astype`, which also casts columns of the right type and joins all columns again: for a frame of a
        # few rows, as most frames of a load are, that takes four times as long. Shared columns are copied on write.
        cast = {
            name: column if column.dtype == wanted[name] else column.astype(wanted[name])
            for name, column in columns.items()
        }
        return pd.DataFrame(cast, index=frame.index, copy=False)

    def of(self, data: Mapping[str, Any]) -> pd.DataFrame:
        """Return a frame of this shape from columns of values."""
        return self.conform(pd.DataFrame(data))
