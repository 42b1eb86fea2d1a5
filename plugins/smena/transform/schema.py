"""What a frame is made of: its columns and their types, named in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

TEXT = "string"
WHOLE = "Int64"
FLAG = "boolean"
MOMENT = "datetime64[us]"


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns in order, with their dtypes. Money is `Int64` kopecks, identifiers are `string`, times have no zone."""

    name: str
    columns: Mapping[str, str]

    def empty(self) -> pd.DataFrame:
        """A frame of this shape without rows."""
        return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in self.columns.items()})

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with exactly these columns, in this order, of these types.

        Raises KeyError for a column that is not there, and pandas' own errors for values that do not fit.
        """
        chosen = frame[list(self.columns)]
        # Most columns are of their types already, and pandas takes as long to find that out as to convert them.
        other = {name: dtype for name, dtype in self.columns.items() if chosen[name].dtype.name != dtype}
        return chosen.astype(other) if other else chosen

    def of(self, data: Mapping[str, Any]) -> pd.DataFrame:
        """A frame of this shape from columns of values."""
        return self.conform(pd.DataFrame(data))
