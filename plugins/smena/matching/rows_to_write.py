"""The rows to write for the decided shifts: quarantine, shifts, and the shifts whose orders may change."""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import Case, all_same, among, first_match, known_and, missing
from smena.matching.changes import BOOKED_SHIFTS, REJECTED, SHIFT_CHANGES
from smena.matching.current import NEW_FACTS, outcome_of_marked
from smena.matching.reported import BOOKED
from smena.matching.slices import Setting
from smena.model.outcome import Outcome
from smena.model.reasons import Reason


def rejected(rows: pd.DataFrame, ambiguous: pd.DataFrame) -> pd.DataFrame:
    """Return rows of the stage that go to quarantine (REJECTED): another identity, or two contents of one shift."""
    other = rows[rows["verdict"] == "other"]
    if other.empty and ambiguous.empty:
        return REJECTED.empty()
    of_another = known_and(other["current_is_of_another"])
    why = first_match(
        [
            Case(~of_another, "", Reason.IDENTITY_CHANGED),
            Case(other["is_listed_twice"], "", Reason.LISTED_TWICE),
            Case(of_another, "", Reason.BOOKED_BY_ANOTHER_ORGANIZATION),
        ],
        other.index,
    )["reason"]
    of_two = ambiguous[["place"]].assign(reason=str(Reason.TWO_REGISTERS_REPORT_SHIFT))
    return REJECTED.conform(pd.concat([other[["place"]].assign(reason=why), of_two]))


def shift_changes(
    rows: pd.DataFrame, till_rows: pd.DataFrame, settled: pd.DataFrame, tills: pd.DataFrame, current: pd.DataFrame
) -> pd.DataFrame:
    """Return shifts to write (SHIFT_CHANGES), each once: reported ones, and published ones whose outcome changes."""
    parts = [*_changes_of_ofd(rows), *_changes_of_market(till_rows, settled, tills, current)]
    parts = [part for part in parts if len(part)]
    return SHIFT_CHANGES.conform(pd.concat(parts, ignore_index=True)) if parts else SHIFT_CHANGES.empty()


def _changes_of_ofd(rows: pd.DataFrame) -> list[pd.DataFrame]:
    fresh = rows[among(rows["verdict"], NEW_FACTS)]
    marked = rows[among(rows["verdict"], ["conflict", "settled"])]
    marked = marked[(marked["verdict"] == "settled") | (marked["current_outcome"] != Outcome.CONFLICT)]
    written = fresh.assign(action=_action(fresh), revision=fresh["current_revision"])
    if marked.empty:
        return [written]
    differs = pd.Series(str(Reason.SOURCE_SUMS_DIFFER), index=marked.index, dtype="string")
    return [
        written,
        marked.assign(
            action="mark",
            outcome=outcome_of_marked(marked),
            reason=differs.where(marked["verdict"] == "conflict"),
            same_as=marked["current_same_as"],
            kpp=missing(marked),
            place=missing(marked),
            revision=marked["current_revision"],
        ),
    ]


def _changes_of_market(
    till_rows: pd.DataFrame, settled: pd.DataFrame, tills: pd.DataFrame, current: pd.DataFrame
) -> list[pd.DataFrame]:
    if tills.empty:
        return []
    final = tills.set_index("shift_id")[["outcome", "reason", "same_as", "revision"]]
    decided = settled.set_index("shift_id")[["becomes", "becomes_reason", "becomes_same_as"]]
    final.loc[decided.index, ["outcome", "reason", "same_as"]] = decided.to_numpy()
    fresh_tills = till_rows[among(till_rows["verdict"], NEW_FACTS)]
    keeps_kpp = among(fresh_tills["current_outcome"], BOOKED)
    of_fresh = final.reindex(fresh_tills["shift_id"]).set_axis(fresh_tills.index)
    published = current.set_index("shift_id")
    others = final[~among(final.index.to_series(), fresh_tills["shift_id"])]
    before = published.reindex(others.index)
    others = others[~all_same(others, before, ["outcome", "reason", "same_as"])].reset_index()
    return [
        fresh_tills.assign(
            action=_action(fresh_tills),
            outcome=of_fresh["outcome"],
            reason=of_fresh["reason"],
            same_as=of_fresh["same_as"],
            kpp=fresh_tills["kpp"].mask(keeps_kpp),
            revision=fresh_tills["current_revision"],
        ),
        others.assign(action="mark", kpp=missing(others), place=missing(others)),
    ]


def _action(fresh: pd.DataFrame) -> pd.Series:
    return pd.Series("insert", index=fresh.index, dtype="string").mask(fresh["is_known"], "replace")


def booked(rows: pd.DataFrame, settled: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Return BOOKED_SHIFTS: shifts whose orders must be the proposed ones or none, without new ones that have none."""
    fresh = rows[among(rows["verdict"], NEW_FACTS)]
    of_ofd = fresh[["shift_id"]].assign(
        is_first=~fresh["is_known"] & (fresh["verdict"] != "confirmed"),
        is_booked=fresh["outcome"] == Outcome.ISSUED,
        reason=str(Reason.CASH_NOT_REPORTED),
    )
    closed = pd.Series(data=False, index=settled.index)
    if setting.closed_through is not None:
        closed = known_and(settled["order_day"] <= setting.closed_through)
    # If no account rule fits its orders any more, the orders that it has stay.
    no_proposal = settled["orders"].isna() & (settled["becomes"] == Outcome.ISSUED)
    open_ones = settled[~closed & ~no_proposal]
    of_market = open_ones[["shift_id"]].assign(
        is_first=open_ones["revision"].isna(),
        is_booked=open_ones["becomes"] == Outcome.ISSUED,
        reason=pd.Series(str(Reason.MARKET_CASH_NOT_REPORTED), index=open_ones.index).mask(
            open_ones["becomes"] == Outcome.DUPLICATE, str(Reason.OFD_SHIFT_BOOKED)
        ),
    )
    booked = pd.concat([of_ofd, of_market], ignore_index=True)
    return BOOKED_SHIFTS.conform(booked[booked["is_booked"] | ~booked["is_first"]])
