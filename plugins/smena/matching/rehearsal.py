"""Rehearsals: a slice as if its reported shifts were not booked yet, and the results to compare with the books.

Only what comes from the evidence is compared: no statuses of documents, closed periods or answers of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from smena.matching.cases import among, known_and
from smena.matching.changes import ChangeSet
from smena.matching.differences import MADE_ORDERS, MADE_SHIFTS
from smena.matching.reported import BOOKED
from smena.matching.slices import Slice
from smena.model.organization import SettingsInForce
from smena.model.outcome import Outcome
from smena.model.reasons import Reason
from smena.transform.reason_columns import has_code
from smena.transform.schema import FLAG, TEXT, Schema

STANDING = Schema(
    "standing",
    {
        "shift_id": TEXT,
        "source": TEXT,
        "outcome": TEXT,
        "is_held": FLAG,
        "is_asked": FLAG,
        "is_apart": FLAG,
        "is_marked": FLAG,
        "is_closed": FLAG,
        "is_followed": FLAG,
        "has_orders": FLAG,
    },
)
"""Facts about booked shifts other than their contents.

`is_held`: a person has decided about it. `is_asked`: an open decision is about its newer evidence. `is_apart`:
another shop reports the till shift too. `is_marked`: one of its orders is accepted or rejected. `is_closed`: its day is
in a closed period, or was when it was loaded. `is_followed`: a shift of the other source names it as the same shift.
`has_orders`: it has orders that are not reversed.
"""


def unbooked(slice_: Slice, held: pd.Series, in_force: Sequence[SettingsInForce]) -> Slice:
    """Return the slice without closed periods and without published rows of reported shifts, except those in `held`.

    Everything else stays: booked shifts of the other source and of other days, links, comparisons, answers.
    """
    current = slice_.current
    again = (
        current["is_reported"].astype(bool)
        & ~current["is_of_another"].astype(bool)
        & ~current["shift_id"].isin(held)
    )  # fmt: skip
    # Market may have been on when these days were loaded, though it is off now.
    is_on = slice_.setting.market_start is not None
    setting = replace(slice_.setting, closed_through=None, market_is_on=is_on, in_force=in_force)
    return replace(slice_, setting=setting, current=current[~again].reset_index(drop=True))


def made_of(
    changes: ChangeSet, staged: pd.DataFrame, orders: pd.DataFrame, standing: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the shifts and orders that would be booked (MADE_SHIFTS, MADE_ORDERS), without those of `left_aside`.

    Args:
        changes: the result of `decide` for the slice of `unbooked`.
        staged: MADE_SHIFTS as they are staged.
        orders: MADE_ORDERS as they are staged, including those of shifts that are not booked.
        standing: STANDING of the booked shifts.
    """
    decided = changes.shifts[["shift_id", "outcome", "reason"]]
    rows = staged.drop(columns="outcome").merge(decided, on="shift_id", validate="one_to_one")
    rows = rows[~rows["shift_id"].isin(left_aside(standing))]
    beside = standing.rename(columns={"outcome": "booked_outcome"})
    rows = rows.merge(beside, on="shift_id", how="left", validate="one_to_one")
    made, was = rows["outcome"], rows["booked_outcome"]
    keeps = (
        # Each of these shifts is booked for a reason that is not in the evidence.
        known_and(rows["is_followed"])
        | (known_and(rows["is_closed"]) & ~known_and(was.isin([Outcome.ISSUED, Outcome.NO_CASH])))
        | (known_and(rows["is_marked"]) & known_and(rows["source"] == "market") & _waits_for_the_other(made))
        # A shift that was booked before it became unconfirmed keeps its orders.
        | (known_and(rows["has_orders"]) & has_code(rows["reason"], Reason.NO_LINK, Reason.MARKET_MAY_HAVE_BOOKED))
        | ((made == Outcome.BEFORE_START) & known_and(was.isin(BOOKED)))
    )
    rows["outcome"] = made.mask(keeps, was)
    is_booked = (rows["outcome"] == Outcome.ISSUED) | (
        known_and(rows["outcome"] == was) & known_and(rows["has_orders"])
    )
    of_booked = orders[among(orders["shift_id"], rows.loc[is_booked, "shift_id"])]
    return MADE_SHIFTS.conform(rows), MADE_ORDERS.conform(of_booked)


def left_aside(standing: pd.DataFrame) -> pd.Series:
    """Return the ids of booked shifts that are not compared: a person decides about them, or two shops report them."""
    aside = standing["is_held"] | standing["is_asked"] | standing["is_apart"]
    return standing.loc[aside.astype(bool), "shift_id"]


def _waits_for_the_other(outcome: pd.Series) -> pd.Series:
    return outcome.isin([Outcome.DUPLICATE, Outcome.CONFLICT])


def kept_by_rule(rows: pd.DataFrame, made: pd.DataFrame, booked: pd.DataFrame, standing: pd.DataFrame) -> set[str]:
    """Return the shifts of `rows` (DIFFERENCES) whose booked facts come from older evidence by rule.

    Either the newest evidence is incomplete and the older was not, or the day is in a closed period.
    """
    lacking = set(made.loc[made["outcome"] == Outcome.INCOMPLETE, "shift_id"])
    whole = set(booked.loc[booked["cash_income"].notna(), "shift_id"])
    closed = set(standing.loc[standing["is_closed"].astype(bool), "shift_id"])
    return set(rows["shift_id"]) & ((lacking & whole) | closed)
