"""Masks: objects that are called with a frame and return which of its rows break a rule.

The result is an array of plain `bool`, one per row of the frame, true where the row is bad. That a field must be known
is a separate rule (`Missing`), so the other masks let unknown values (NA) pass, unless `unknown_is_bad` is set.

Most frames of a daily load have a few rows, so masks compare the arrays of columns: for thirty rows, making a Series of
each step takes longer than the comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Flags = npt.NDArray[np.bool_]

Mask = Callable[[pd.DataFrame], Flags]
"""A function of the frame (with the columns that a check adds) that returns which rows are bad."""


def _known(condition: Any) -> Flags:
    """The condition as plain `bool`, false where it is unknown."""
    if isinstance(condition, np.ndarray):
        return condition.astype(bool, copy=False)
    result: Flags = condition.to_numpy(dtype=bool, na_value=False)
    return result


def _is_in(text: pa.Array, values: pa.Array) -> Flags:
    result: Flags = pc.is_in(text, value_set=values).to_numpy(zero_copy_only=False)
    return result


@dataclass(frozen=True, slots=True)
class Missing:
    """The value is unknown."""

    column: str

    def __call__(self, frame: pd.DataFrame) -> Flags:
        result: Flags = frame[self.column].array.isna()
        return result


@dataclass(frozen=True, slots=True)
class Unlike:
    """A text has no match of the regular expression anywhere. An unknown text is not bad."""

    column: str
    regex: str

    def __call__(self, frame: pd.DataFrame) -> Flags:
        text = pa.array(frame[self.column], pa.string())
        # There are few registers, drives and accounts, so each distinct text is matched once.
        distinct = pd.Series(text.unique().drop_null(), dtype="string")
        return _is_in(text, pa.array(distinct[~distinct.str.contains(self.regex).to_numpy(dtype=bool)], pa.string()))


@dataclass(frozen=True, slots=True)
class Outside:
    """A number is less than `least` or greater than `most`; None sets no bound."""

    column: str
    least: int | None
    most: int | None
    unknown_is_bad: bool = False

    def __call__(self, frame: pd.DataFrame) -> Flags:
        number = frame[self.column].array
        bad = number.isna() if self.unknown_is_bad else np.zeros(len(frame), dtype=np.bool_)
        if self.least is not None:
            bad = bad | _known(number < self.least)
        if self.most is not None:
            bad = bad | _known(number > self.most)
        return bad


@dataclass(frozen=True, slots=True)
class NoneOf:
    """A value is none of `values`."""

    column: str
    values: tuple[Any, ...]
    unknown_is_bad: bool = False

    def __call__(self, frame: pd.DataFrame) -> Flags:
        value = frame[self.column]
        if isinstance(value.dtype, pd.StringDtype):
            known = _is_in(pa.array(value, pa.string()), pa.array(self.values, pa.string()))
        else:
            known = value.isin(self.values).to_numpy(dtype=bool)
        return ~known if self.unknown_is_bad else ~known & ~value.array.isna()


@dataclass(frozen=True, slots=True)
class Repeated:
    """Another row has the same key. All such rows are bad, because nothing shows which is right.

    An unknown key, or one unknown in part, repeats nothing.
    """

    columns: tuple[str, ...]

    def __call__(self, frame: pd.DataFrame) -> Flags:
        key = frame[list(self.columns)]
        repeated = key.duplicated(keep=False).to_numpy()
        return repeated & key.notna().to_numpy().all(axis=1) if repeated.any() else repeated


@dataclass(frozen=True, slots=True)
class Less:
    """A value is less than that of another column, or, `or_equal`, not greater. Unknown on either side is not bad."""

    column: str
    other: str
    or_equal: bool = False

    def __call__(self, frame: pd.DataFrame) -> Flags:
        one, other = frame[self.column].array, frame[self.other].array
        return _known(one <= other if self.or_equal else one < other)


@dataclass(frozen=True, slots=True)
class Unequal:
    """Two columns differ. Unknown on either side is not bad; with `unknown_is_bad` an unknown `other` is.

    An unknown value of `column` is never bad here: `Missing` is the rule for that.
    """

    column: str
    other: str
    unknown_is_bad: bool = False

    def __call__(self, frame: pd.DataFrame) -> Flags:
        one, other = frame[self.column].array, frame[self.other].array
        is_known, other_is_known = ~one.isna(), ~other.isna()
        differs: Flags = _known(one != other) & is_known & other_is_known
        if self.unknown_is_bad:
            differs |= is_known & ~other_is_known
        return differs
