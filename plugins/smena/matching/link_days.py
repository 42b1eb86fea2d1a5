"""Which register link holds on a day, and which links contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smena.matching.day_ranges import DayRanges, Flags, Integers, day_numbers
from smena.matching.frames import LINKS, require_known
from smena.matching.overlap import common_codes, equal_rows

IN_FORCE, PROPOSED, WITHDRAWN = "in_force", "proposed", "withdrawn"
RULE = "rule"
"""Who withdrew a link where no person did."""

NONE = -1
"""The position of a link where there is none."""

SIDES = ("cashbox_id", "kkt_reg_id")


def checked_links(links: pd.DataFrame) -> pd.DataFrame:
    """LINKS with rows numbered from 0.

    Raises ValueError for a link without a cashbox or a state, for a withdrawn one of which it is not known who withdrew
    it, and where two links in force contradict each other, which the warehouse does not allow.
    """
    links = require_known(links, LINKS, ["cashbox_id", "state"])
    require_known(links[links["state"] == WITHDRAWN], LINKS, ["withdrawn_by"])
    current = of_state(links, IN_FORCE)
    if any(len(one) for one, _ in contradictions(current, current, itself=True)):
        raise ValueError("links: two links in force contradict each other")
    return links


def of_state(links: pd.DataFrame, state: str) -> pd.DataFrame:
    """The links of this state, rows numbered from 0."""
    return links[(links["state"] == state).to_numpy(dtype=bool)].reset_index(drop=True)


def link_of_day(rows: pd.DataFrame, current: pd.DataFrame, side: str) -> Integers:
    """Of each row, the position of the link in force of its cashbox, or register, that holds on its `day`, or `NONE`.

    Args:
        rows: with `day` and the column `side`.
        current: links in force; no two of one cashbox, or of one register, have a day in common.
        side: `cashbox_id` or `kkt_reg_id`. A link of a cashbox without a register is no register's.
    """
    row, link = _equal(rows, current, side)
    holds = DayRanges.of(current).take(link).hold(day_numbers(rows["day"])[row])
    result = np.full(len(rows), NONE, dtype=np.int64)
    result[row[holds]] = link[holds]
    return result


def values_of(column: pd.Series, positions: Integers) -> pd.Series:
    """The values of a column at these positions; missing where the position is `NONE`."""
    return pd.Series(column.array.take(positions, allow_fill=True), name=column.name)


def contradictions(
    ones: pd.DataFrame, others: pd.DataFrame, *, itself: bool = False
) -> Iterator[tuple[Integers, Integers]]:
    """Positions of links that have a cashbox, and then a register, and a day in common.

    Args:
        itself: the two frames are one: a link does not contradict itself.
    """
    for side in SIDES:
        one, other = _equal(ones, others, side)
        overlap = DayRanges.of(ones).take(one).overlap(DayRanges.of(others).take(other))
        if itself:
            overlap &= one != other
        yield one[overlap], other[overlap]


def contradicted(ones: pd.DataFrame, others: pd.DataFrame) -> Flags:
    """Whether each link has a cashbox, or a register, and a day in common with one of the others."""
    result = np.zeros(len(ones), dtype=np.bool_)
    for one, _ in contradictions(ones, others):
        result[one] = True
    return result


def _equal(left: pd.DataFrame, right: pd.DataFrame, side: str) -> tuple[Integers, Integers]:
    """Positions of rows with an equal value; a missing one is equal to none."""
    return equal_rows(*common_codes(left[side], right[side]))
