"""Which till shifts lie in which fiscal shifts: a till shift lies where its middle does.

A till opens and closes with its first and its last cheque, a register with its reports, and their clocks differ by
seconds; five minutes are allowed at both ends of the fiscal shift.

Rows are found by day and by whatever else must be equal, then compared by time; pairs are given in parts, so that
memory holds some `PART_ROWS` of them however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from smena.matching.day_ranges import Integers

MARGIN = pd.Timedelta(minutes=5)

OPENED_BEFORE = pd.Timedelta(hours=24)
"""How long before its closing a fiscal shift begins whose opening is not known: the law lets a shift last so long."""

PART_ROWS = 1_000_000

UNKNOWN = -1
"""The code of a missing value: it is equal to nothing."""

_DAY = 86_400_000_000

Pairs = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def with_middle(tills: pd.DataFrame) -> pd.DataFrame:
    """TILLS with `day`, of the closing, and `middle`."""
    opened, closed = tills["opened_at"], tills["closed_at"]
    return tills.assign(day=closed.dt.normalize(), middle=opened + (closed - opened) // 2)


def with_ends(fiscals: pd.DataFrame) -> pd.DataFrame:
    """FISCALS with `day`, of the closing, and with `begins_at` and `ends_at`, five minutes wider than the shift."""
    closed = fiscals["closed_at"]
    opened = fiscals["opened_at"].fillna(closed - OPENED_BEFORE)
    return fiscals.assign(day=closed.dt.normalize(), begins_at=opened - MARGIN, ends_at=closed + MARGIN)


def common_codes(left: pd.Series, right: pd.Series) -> tuple[Integers, Integers]:
    """The values of two columns as numbers: equal values have one number, missing ones `UNKNOWN`."""
    codes, _ = pd.factorize(pd.concat([left, right], ignore_index=True))
    numbers = codes.astype(np.int64)
    return numbers[: len(left)], numbers[len(left) :]


def equal_rows(left: Integers, right: Integers) -> Pairs:
    """All positions with equal numbers, as pairs (left, right); `UNKNOWN` is equal to nothing.

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
    """Positions of till shifts, and of the fiscal shifts that they lie in, part by part.

    All fiscal shifts of one till shift are in one part; those of one fiscal shift may be in several.

    Args:
        tills: with `middle`, as `with_middle` gives it.
        fiscals: with `begins_at` and `ends_at`, as `with_ends` gives them.
        equal: numbers of till shifts and of fiscal shifts that must be equal, as `common_codes` gives them.
    """
    middle = _microseconds(tills["middle"])
    begins, ends = _microseconds(fiscals["begins_at"]), _microseconds(fiscals["ends_at"])
    # A fiscal shift is listed under each of its days that has the middle of a till shift.
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
    """Row by row the positions `start`, `start` + 1, … `counts` times, as pairs (row, position), part by part.

    Rows are never divided: a part is at most `PART_ROWS` long, or one row.

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
    """One number for two. Numbers stay small, so that any count of them can be combined."""
    width = int(max(till_codes.max(initial=0), fiscal_codes.max(initial=0))) + 1
    both = np.concatenate([till_key * width + till_codes, fiscal_key * width + fiscal_codes])
    _, numbers = np.unique(both, return_inverse=True)
    return numbers[: len(till_key)], numbers[len(till_key) :]


def _microseconds(moments: pd.Series) -> Integers:
    if moments.isna().any():
        raise ValueError(f"a moment is missing in {moments.name}")
    result: Integers = moments.to_numpy(dtype="datetime64[us]").astype(np.int64)
    return result
