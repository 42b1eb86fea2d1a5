"""Missing values in the input of decisions are an error, unless the decision defines what a missing value means."""

from __future__ import annotations

import pandas as pd

from smena.model.errors import BrokenPromise


def require_known(frame: pd.DataFrame, name: str, *columns: str) -> None:
    """Raise BrokenPromise, which names the frame and the column, where a value of these columns is missing."""
    for column in columns:
        if frame[column].isna().any():
            raise BrokenPromise(f"{name} has {int(frame[column].isna().sum())} rows without {column}")
