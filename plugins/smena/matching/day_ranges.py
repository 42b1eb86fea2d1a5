"""Ranges of days as pairs of integers, so that 'from the beginning' and 'without end' compare like any other day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BEGINNING, NO_END = np.iinfo(np.int64).min, np.iinfo(np.int64).max
"""What stands for a missing first day, and for a missing end day."""


def day_numbers(days: pd.Series, *, missing: int | None = None) -> Integers:
    """Days since 1970-01-01. Raises ValueError for a missing one, unless it is said what that means."""
    if missing is None and days.isna().any():
        raise ValueError(f"a day is missing in {days.name}")
    numbers: Any = days.to_numpy(dtype="datetime64[D]").astype(np.int64)
    return numbers if missing is None else np.where(days.isna().to_numpy(), missing, numbers)


@dataclass(frozen=True, slots=True)
class DayRanges:
    """Ranges of days, one a row: from `first` up to the day before `end`."""

    first: Integers
    end: Integers

    @classmethod
    def of(cls, frame: pd.DataFrame) -> DayRanges:
        """The ranges `first_day` to `end_day` of a frame; a missing bound is none."""
        return cls(day_numbers(frame["first_day"], missing=BEGINNING), day_numbers(frame["end_day"], missing=NO_END))

    def take(self, rows: npt.NDArray[Any]) -> DayRanges:
        """The ranges of these rows: positions, or a mask."""
        return DayRanges(self.first[rows], self.end[rows])

    def hold(self, first: Integers, last: Integers | None = None) -> Flags:
        """Row by row: whether a range has the day `first`, and every day up to `last`."""
        result: Flags = (self.first <= first) & (self.end > (first if last is None else last))
        return result

    def overlap(self, other: DayRanges) -> Flags:
        """Row by row: whether two ranges have a day in common."""
        result: Flags = (self.first < other.end) & (other.first < self.end)
        return result

    def holding(self, owners: Integers, count: int, first: Integers, last: Integers) -> Flags:
        """Whether a range of an owner has all the days from `first` to `last`.

        Args:
            owners: of each range, its owner: a number below `count`.
            first, last: of each question, its days.

        Returns:
            a table with a row a question and a column an owner.

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
