"""Ranges of days as pairs of integers, so that a missing bound compares like any other day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BEGINNING, NO_END = np.iinfo(np.int64).min, np.iinfo(np.int64).max
"""The numbers of a missing first day, and of a missing end day."""


def day_numbers(days: pd.Series, *, missing: int | None = None) -> Integers:
    """Return days since 1970-01-01. A missing day is `missing`; raise ValueError if that is None."""
    if missing is None and days.isna().any():
        raise ValueError(f"a day is missing in {days.name}")
    numbers: Any = days.to_numpy(dtype="datetime64[D]").astype(np.int64)
    return numbers if missing is None else np.where(days.isna().to_numpy(), missing, numbers)


@dataclass(frozen=True, slots=True)
class DayRanges:
    """Ranges of days, one per row: from `first` up to the day before `end`."""

    first: Integers
    end: Integers

    @classmethod
    def of(cls, frame: pd.DataFrame) -> DayRanges:
        """Return the ranges `first_day` to `end_day` of a frame; a missing day is no bound."""
        return cls(day_numbers(frame["first_day"], missing=BEGINNING), day_numbers(frame["end_day"], missing=NO_END))

    def take(self, rows: npt.NDArray[Any]) -> DayRanges:
        """Return the ranges of these rows: positions, or a mask."""
        return DayRanges(self.first[rows], self.end[rows])

    def hold(self, first: Integers, last: Integers | None = None) -> Flags:
        """Return, row by row, whether a range has the day `first` and every day up to `last`."""
        result: Flags = (self.first <= first) & (self.end > (first if last is None else last))
        return result

    def overlap(self, other: DayRanges) -> Flags:
        """Return, row by row, whether two ranges have a day in common."""
        result: Flags = (self.first < other.end) & (other.first < self.end)
        return result

    def holding(self, owners: Integers, count: int, first: Integers, last: Integers) -> Flags:
        """Return whether a range of an owner has all the days from `first` to `last`.

        Args:
            owners: the owner of each range: a number below `count`.
            first, last: the days of each question.

        Returns:
            a table with a row per question and a column per owner.

        >>> ranges = DayRanges(np.array([1, 5]), np.array([4, 9]))
        >>> ranges.holding(np.array([0, 1]), 2, np.array([2, 3]), np.array([3, 4])).tolist()
        [[True, False], [False, False]]
        """
        spans, question = np.unique(np.stack([first, last]), axis=1, return_inverse=True)
        table = np.zeros((spans.shape[1], count), dtype=np.bool_)
        rows, ranges = np.nonzero((self.first <= spans[0][:, None]) & (self.end > spans[1][:, None]))
        table[rows, owners[ranges]] = True
        result: Flags = table[question.reshape(-1)]
        return result
