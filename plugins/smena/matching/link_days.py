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
"""The value of `withdrawn_by` if a rule, not a person, withdrew the link."""

NONE = -1
"""The position that means "no link"."""

SIDES = ("cashbox_id", "kkt_reg_id")


def checked_links(links: pd.DataFrame) -> pd.DataFrame:
    """Return LINKS with rows numbered from 0.

    Raise ValueError for a link without a cashbox or a state, for a withdrawn one without `withdrawn_by`, and if two
    links in force contradict each other, which the warehouse does not allow.
    """
    links = require_known(links, LINKS, ["cashbox_id", "state"])
    if links.empty:
        return links
    require_known(links[links["state"] == WITHDRAWN], LINKS, ["withdrawn_by"])
    current = of_state(links, IN_FORCE)
    if any(len(one) for one, _ in contradictions(current, current, itself=True)):
        raise ValueError("links: two links in force contradict each other")
    return links


def of_state(links: pd.DataFrame, state: str) -> pd.DataFrame:
    """Return the links of this state, rows numbered from 0."""
    return links[(links["state"] == state).to_numpy(dtype=bool)].reset_index(drop=True)


def link_of_day(rows: pd.DataFrame, current: pd.DataFrame, side: str) -> Integers:
    """Return, for each row, the position of the link of its cashbox or register that holds on its `day`, or `NONE`.

    Args:
        rows: with `day` and the column `side`.
        current: links in force; no two of one cashbox, or of one register, have a day in common.
        side: `cashbox_id` or `kkt_reg_id`. A link without a register is found by its cashbox only.
    """
    row, link = _equal(rows, current, side)
    holds = DayRanges.of(current).take(link).hold(day_numbers(rows["day"])[row])
    result = np.full(len(rows), NONE, dtype=np.int64)
    result[row[holds]] = link[holds]
    return result


def values_of(column: pd.Series, positions: Integers) -> pd.Series:
    """Return the values of a column at these positions; missing if the position is `NONE`."""
    return pd.Series(column.array.take(positions, allow_fill=True), name=column.name)


def contradictions(
    links: pd.DataFrame, others: pd.DataFrame, *, itself: bool = False
) -> Iterator[tuple[Integers, Integers]]:
    """Yield positions of links with a day and a cashbox in common, and then of those with a day and a register.

    Args:
        itself: the two frames are the same, so a link is not compared with itself.
    """
    for side in SIDES:
        one, other = _equal(links, others, side)
        overlap = DayRanges.of(links).take(one).overlap(DayRanges.of(others).take(other))
        if itself:
            overlap &= one != other
        yield one[overlap], other[overlap]


def contradicted(links: pd.DataFrame, others: pd.DataFrame) -> Flags:
    """Return whether each link has a day, and a cashbox or a register, in common with one of the others."""
    result = np.zeros(len(links), dtype=np.bool_)
    for one, _ in contradictions(links, others):
        result[one] = True
    return result


def _equal(left: pd.DataFrame, right: pd.DataFrame, side: str) -> tuple[Integers, Integers]:
    """Positions of rows with an equal value; a missing value is equal to nothing."""
    return equal_rows(*common_codes(left[side], right[side]))
