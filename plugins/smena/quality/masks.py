"""Masks: objects that are called with a frame and return which of its rows break a rule.

The result is a Series of plain `bool` with the index of the frame, true where the row is bad. That a field must be
known is a separate rule (`Missing`), so the other masks let unknown values (NA) pass, unless `unknown_is_bad` is set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

Mask = Callable[[pd.DataFrame], "pd.Series[bool]"]
"""A function of the frame (with the columns that a check adds) that returns which rows are bad."""


def _with_unknown(bad: pd.Series[Any], unknown: pd.Series[bool], *, unknown_is_bad: bool) -> pd.Series[bool]:
    """`bad` where all values are known, `unknown_is_bad` where one is not."""
    known = pd.Series(bad.to_numpy(dtype=bool, na_value=False), index=bad.index)
    return known.mask(unknown, unknown_is_bad) if unknown.any() else known


@dataclass(frozen=True, slots=True)
class Missing:
    """The value is unknown."""

    column: str

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        return frame[self.column].isna()


@dataclass(frozen=True, slots=True)
class Unlike:
    """A text has no match of the regular expression anywhere. An unknown text is not bad."""

    column: str
    regex: str

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        text = frame[self.column]
        # There are few registers, drives and accounts, so each distinct text is matched once.
        distinct = pd.Series(text.dropna().unique(), dtype="string")
        unlike = distinct[~distinct.str.contains(self.regex, na=False).astype(bool)]
        return _with_unknown(text.isin(unlike), text.isna(), unknown_is_bad=False)


@dataclass(frozen=True, slots=True)
class Outside:
    """A number is less than `least` or greater than `most`; None sets no bound."""

    column: str
    least: int | None
    most: int | None
    unknown_is_bad: bool = False

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        number = frame[self.column]
        bad = pd.Series(data=False, index=frame.index)
        if self.least is not None:
            bad |= (number < self.least).to_numpy(dtype=bool, na_value=False)
        if self.most is not None:
            bad |= (number > self.most).to_numpy(dtype=bool, na_value=False)
        return _with_unknown(bad, number.isna(), unknown_is_bad=self.unknown_is_bad)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """A value is none of `values`."""

    column: str
    values: tuple[Any, ...]
    unknown_is_bad: bool = False

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        value = frame[self.column]
        return _with_unknown(~value.isin(self.values), value.isna(), unknown_is_bad=self.unknown_is_bad)


@dataclass(frozen=True, slots=True)
class Repeated:
    """Another row has the same key. All such rows are bad, because nothing shows which is right.

    An unknown key, or one unknown in part, repeats nothing.
    """

    columns: tuple[str, ...]

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        key = frame[list(self.columns)]
        return _with_unknown(key.duplicated(keep=False), key.isna().any(axis=1), unknown_is_bad=False)


@dataclass(frozen=True, slots=True)
class Less:
    """A value is less than that of another column, or, `or_equal`, not greater. Unknown on either side is not bad."""

    column: str
    other: str
    or_equal: bool = False

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        one, other = frame[self.column], frame[self.other]
        bad = one <= other if self.or_equal else one < other
        return _with_unknown(bad, one.isna() | other.isna(), unknown_is_bad=False)


@dataclass(frozen=True, slots=True)
class Unequal:
    """Two columns differ. Unknown on either side is not bad; with `unknown_is_bad` an unknown `other` is.

    An unknown value of `column` is never bad here: `Missing` is the rule for that.
    """

    column: str
    other: str
    unknown_is_bad: bool = False

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        one, other = frame[self.column], frame[self.other]
        bad = _with_unknown(one != other, one.isna() | other.isna(), unknown_is_bad=False)
        return bad | (one.notna() & other.isna()) if self.unknown_is_bad else bad
