"""Which till shifts lie within which fiscal shifts, by the middle of the till shift.

A till shift runs from its first to its last cheque, a fiscal shift from its opening to its closing report, and the
clocks of the two differ by seconds; so five minutes are allowed at both ends of the fiscal shift.

Rows are found by day and by other equal columns, then compared by time. Pairs come in parts, so that memory holds about
`PART_ROWS` of them at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from smena.matching.day_ranges import Integers

MARGIN = pd.Timedelta(minutes=5)

OPENED_BEFORE = pd.Timedelta(hours=24)
"""A fiscal shift with an unknown opening counts as opened so long before its closing: the longest shift by law."""

PART_ROWS = 1_000_000

UNKNOWN = -1
"""The code of a missing value, which is equal to nothing."""

_DAY = 86_400_000_000

Pairs = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def with_middle(tills: pd.DataFrame) -> pd.DataFrame:
    """Return TILLS with `day`, that of the closing, and `middle`."""
    opened, closed = tills["opened_at"], tills["closed_at"]
    return tills.assign(day=closed.dt.normalize(), middle=opened + (closed - opened) // 2)


def with_ends(fiscals: pd.DataFrame) -> pd.DataFrame:
    """Return FISCALS with `day`, that of the closing, and `begins_at` and `ends_at`, five minutes beyond the shift."""
    closed = fiscals["closed_at"]
    opened = fiscals["opened_at"].fillna(closed - OPENED_BEFORE)
    return fiscals.assign(day=closed.dt.normalize(), begins_at=opened - MARGIN, ends_at=closed + MARGIN)


def common_codes(left: pd.Series, right: pd.Series) -> tuple[Integers, Integers]:
    """Return the values of two columns as numbers: equal values have equal numbers, missing ones `UNKNOWN`."""
    codes, _ = pd.factorize(pd.concat([left, right], ignore_index=True))
    numbers = codes.astype(np.int64)
    return numbers[: len(left)], numbers[len(left) :]


def equal_rows(left: Integers, right: Integers) -> Pairs:
    """Return all positions with equal numbers, as pairs (left, right); `UNKNOWN` is equal to nothing.

    >>> [rows.tolist() for rows in equal_rows(np.array([7, 8, -1]), np.array([7, -1, 7]))]
    [[0, 0], [0, 2]]
    """
    order = np.argsort(right, kind="stable")
    start = np.searchsorted(right[order], left, side="left")
    counts = np.where(left == UNKNOWN, 0, np.searchsorted(right[order], left, side="right") - start)
    return np.repeat(np.arange(len(left)), counts), order[_ranges(start, counts)]


def lying_within(
    tills: pd.DataFrame, fiscals: pd.DataFrame, equal: Sequence[tuple[Integers, Integers]] = ()
) -> Iterator[Pairs]:
    """Yield positions of till shifts, and of the fiscal shifts in which they lie, part by part.

    All fiscal shifts of one till shift are in one part; the till shifts of one fiscal shift may be in several.

    Args:
        tills: with `middle` from `with_middle`.
        fiscals: with `begins_at` and `ends_at` from `with_ends`.
        equal: numbers of till shifts and of fiscal shifts that must be equal, from `common_codes`.
    """
    middle = _microseconds(tills["middle"])
    begins, ends = _microseconds(fiscals["begins_at"]), _microseconds(fiscals["ends_at"])
    # A fiscal shift is listed under each of its days on which the middle of a till shift lies.
    days, till_key = np.unique(middle // _DAY, return_inverse=True)
    first = np.searchsorted(days, begins // _DAY, side="left")
    times = np.maximum(np.searchsorted(days, ends // _DAY, side="right") - first, 0)
    listed = np.repeat(np.arange(len(fiscals)), times)
    fiscal_key = _ranges(first, times)
    till_known, fiscal_known = np.ones(len(tills), dtype=np.bool_), np.ones(len(listed), dtype=np.bool_)
    for till_codes, fiscal_codes in equal:
        till_known &= till_codes != UNKNOWN
        fiscal_known &= fiscal_codes[listed] != UNKNOWN
        till_key, fiscal_key = _combined(till_key, till_codes, fiscal_key, fiscal_codes[listed])
    order = np.argsort(fiscal_key[fiscal_known], kind="stable")
    listed, fiscal_key = listed[fiscal_known][order], fiscal_key[fiscal_known][order]
    start = np.searchsorted(fiscal_key, till_key, side="left")
    counts = np.where(till_known, np.searchsorted(fiscal_key, till_key, side="right") - start, 0)
    for till, place in expanded(start, counts):
        fiscal = listed[place]
        lies = (begins[fiscal] <= middle[till]) & (middle[till] <= ends[fiscal])
        yield till[lies], fiscal[lies]


def expanded(start: npt.NDArray[np.intp], counts: npt.NDArray[np.intp]) -> Iterator[Pairs]:
    """Yield the positions `start`, `start` + 1, … (`counts` of them) for each row as pairs (row, position), in parts.

    A row is never divided: a part has at most `PART_ROWS` pairs, or those of one row.

    >>> [(row.tolist(), place.tolist()) for row, place in expanded(np.array([5, 0]), np.array([2, 1]))]
    [([0, 0, 1], [5, 6, 0])]
    """
    last = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        done = int(last[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(last, done + PART_ROWS, side="right")), begin + 1)
        rows = np.arange(begin, end)
        yield np.repeat(rows, counts[begin:end]), _ranges(start[begin:end], counts[begin:end])
        begin = end


def _ranges(start: npt.NDArray[np.intp], counts: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    before = np.cumsum(counts) - counts
    result: npt.NDArray[np.intp] = np.repeat(start - before, counts) + np.arange(int(counts.sum()))
    return result


def _combined(
    till_key: npt.NDArray[np.intp], till_codes: Integers, fiscal_key: npt.NDArray[np.intp], fiscal_codes: Integers
) -> Pairs:
    """One number for each pair of numbers. They are renumbered from 0, so combining several does not overflow."""
    width = int(max(till_codes.max(initial=0), fiscal_codes.max(initial=0))) + 1
    both = np.concatenate([till_key * width + till_codes, fiscal_key * width + fiscal_codes])
    _, numbers = np.unique(both, return_inverse=True)
    return numbers[: len(till_key)], numbers[len(till_key) :]


def _microseconds(moments: pd.Series) -> Integers:
    if moments.isna().any():
        raise ValueError(f"a moment is missing in {moments.name}")
    result: Integers = moments.to_numpy(dtype="datetime64[us]").astype(np.int64)
    return result
