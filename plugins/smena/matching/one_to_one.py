"""Matches cheques with receipts one to one: as many as possible, and equal ones by the nearest time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

CLOCKS_APART_S = 300
"""The most seconds between a cheque and its receipt. The clocks of a till and of its register differ by seconds."""

_NARROW_S = (10, 60)
"""Narrower bounds that are tried first, so that of several equal documents the nearest in time are matched."""

_FEWEST_FOR_CLOCKS = 3
"""The fewest documents with unique sums that show by how much two clocks differ; fewer could agree by chance."""

_ALIKE = ["pair", "is_refund", "cash", "total"]
"""The columns in which a cheque and its receipt are equal. `pair` is the position of the pair of shifts."""
_NONE: Any = np.array([], dtype="int64")


def clocks_apart(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.Series:
    """Return by how many seconds the register's clock is ahead of the till's, for each cheque (index of `ours`).

    It is the median over the documents whose sums occur once on each side of the shift, if most of them lie within
    CLOCKS_APART_S of it; otherwise the difference is unknown and 0 is used.
    """
    single = ours[~ours.duplicated(_ALIKE, keep=False)].merge(
        theirs[~theirs.duplicated(_ALIKE, keep=False)], on=_ALIKE, suffixes=("", "_theirs")
    )
    apart = single["second_theirs"] - single["second"]
    near = (apart - apart.groupby(single["pair"]).transform("median")).abs() <= CLOCKS_APART_S
    by_pair = single.assign(apart=apart, near=near).groupby("pair")
    found = by_pair.agg(apart=("apart", "median"), near=("near", "sum"), count=("near", "size"))
    found = found[(found["near"] >= _FEWEST_FOR_CLOCKS) & (found["near"] * 2 > found["count"])]
    return found["apart"].reindex(ours["pair"], fill_value=0).set_axis(ours.index).round().astype("int64")


def matched(ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[Any, Any]:
    """Return the index labels of matched cheques, and of their receipts.

    Both sides have columns pair, is_refund, cash, total and second (by one clock); `ours` price_correction too. Only
    price_correction may be missing.
    """
    one, other = _nearest(ours, theirs)
    # A cheque that is not known to be rounded is compared by its own sums only.
    is_rounded = (ours["price_correction"] != 0).fillna(value=False).astype(bool) & (ours["cash"] > 0).astype(bool)
    for sign in (1, -1):
        left = rest(ours[is_rounded], one)
        if left.empty:
            break
        before = {name: left[name] + sign * left["price_correction"] for name in ("cash", "total")}
        more, more_other = _nearest(left.assign(**before), rest(theirs, other))
        one, other = np.concatenate([one, more]), np.concatenate([other, more_other])
    return one, other


def _nearest(ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[Any, Any]:
    """As many matches as possible; equal documents by the nearest time, unless that leaves a cheque without a match."""
    both = pd.concat([ours[_ALIKE], theirs[_ALIKE]])
    group = both.groupby(_ALIKE, sort=False).ngroup().to_numpy()
    ours, theirs = ours.assign(group=group[: len(ours)]), theirs.assign(group=group[len(ours) :])
    most = _within(ours, theirs, CLOCKS_APART_S)
    near = (_NONE, _NONE)
    for bound in (*_NARROW_S, CLOCKS_APART_S):
        found = _within(rest(ours, near[0]), rest(theirs, near[1]), bound)
        near = np.concatenate([near[0], found[0]]), np.concatenate([near[1], found[1]])
    groups = [ours.loc[one, "group"].to_numpy() for one, _ in (most, near)]
    size = int(group.max(initial=-1)) + 1
    counts = [np.bincount(of_group, minlength=size) for of_group in groups]
    is_fewer = counts[1] < counts[0]
    by_most, by_near = is_fewer[groups[0]], ~is_fewer[groups[1]]
    return np.concatenate([most[0][by_most], near[0][by_near]]), np.concatenate([most[1][by_most], near[1][by_near]])


def _within(ours: pd.DataFrame, theirs: pd.DataFrame, bound_s: int) -> tuple[Any, Any]:
    """The largest number of matches between equal documents at most `bound_s` apart: labels of both sides.

    In each group of equal documents the earliest of both sides are compared: they match, or the earlier one is too
    early for all others and is dropped. Each round does this for all groups at once.
    """
    sides = []
    for rows in (ours, theirs):
        second, group = rows["second"].to_numpy(dtype="int64"), rows["group"].to_numpy(dtype="int64")
        order = np.lexsort((second, group))
        sides.append((rows.index.to_numpy()[order], second[order], group[order]))
    (one, one_at, one_group), (other, other_at, other_group) = sides
    groups = np.intersect1d(one_group, other_group)
    here, here_end = (np.searchsorted(one_group, groups, side) for side in ("left", "right"))
    there, there_end = (np.searchsorted(other_group, groups, side) for side in ("left", "right"))
    found: list[tuple[Any, Any]] = []
    while len(here):
        apart = other_at[there] - one_at[here]
        is_one = np.abs(apart) <= bound_s
        found.append((one[here[is_one]], other[there[is_one]]))
        here = here + (is_one | (apart > bound_s))
        there = there + (is_one | (apart < -bound_s))
        goes_on = (here < here_end) & (there < there_end)
        here, here_end, there, there_end = (ends[goes_on] for ends in (here, here_end, there, there_end))
    return (
        np.concatenate([_NONE, *(cheque for cheque, _ in found)]),
        np.concatenate([_NONE, *(receipt for _, receipt in found)]),
    )


def rest(documents: pd.DataFrame, taken: Any) -> pd.DataFrame:
    """Return the documents whose index labels are not in `taken`."""
    return documents[~documents.index.isin(taken)]
