"""The shifts after a batch: published rows, replaced by the reported ones if the batch changes them."""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import Case, among, first_match, known_and, missing, same
from smena.matching.reported import BOOKED, WAITING
from smena.matching.slices import CURRENT, facts_of
from smena.model.outcome import Outcome
from smena.transform.schema import WHOLE

NEW_FACTS = ("new", "changed", "confirmed")
"""Verdicts of shifts whose facts the batch replaces or adds."""


def tills_now(current: pd.DataFrame, till_rows: pd.DataFrame) -> pd.DataFrame:
    """Return the till shifts in scope (CURRENT): as they are published, or as the batch reports them."""
    if current.empty and till_rows.empty:
        return CURRENT.empty()
    of_market = current["source"] == "market"
    in_question = current["is_till_in_scope"].astype(bool) | current["is_reported"].astype(bool)
    published = current[
        of_market & in_question & (current["outcome"] != Outcome.REJECTED) & ~current["is_of_another"].astype(bool)
    ]
    fresh = till_rows[among(till_rows["verdict"], NEW_FACTS)]
    was = fresh["current_outcome"]
    keeps_outcome = among(was, [*BOOKED, Outcome.DUPLICATE])
    known = fresh["is_known"]
    fresh = fresh.assign(
        source="market",
        outcome=fresh["outcome"].mask(keeps_outcome, was),
        reason=fresh["reason"].mask(known, fresh["current_reason"]),
        same_as=fresh["current_same_as"],
        has_decision=False,
        is_of_another=False,
        is_reported=True,
        is_till_in_scope=True,
    )
    return _overlaid(published, fresh)


def fiscals_now(current: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the fiscal shifts in scope (CURRENT): as they are published, or as the batch reports them."""
    published = current[(current["source"] == "ofd") & ~current["is_of_another"].astype(bool)]
    fresh = rows[among(rows["verdict"], NEW_FACTS)]
    fresh = fresh.assign(
        source="ofd",
        same_as=fresh["same_as"] if "same_as" in fresh else missing(fresh),
        has_decision=fresh["current_has_decision"].fillna(value=False),
        is_of_another=False,
        is_reported=True,
        is_till_in_scope=False,
        orders=missing(fresh, WHOLE),
    )
    marked = rows[among(rows["verdict"], ["conflict", "settled"])].set_index("shift_id")
    if len(marked):
        outcome = published["shift_id"].map(outcome_of_marked(marked))
        published = published.assign(outcome=outcome.astype("string").fillna(published["outcome"]))
    return _overlaid(published, fresh)


def _overlaid(published: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """CURRENT rows, those of the batch in place of the published ones; counts of orders are those of the books."""
    orders = ["revision", "live_orders", "marked_orders", "open_orders", "first_order_day", "last_order_day"]
    fresh = fresh.assign(**{name: fresh[f"current_{name}"] for name in orders})
    fresh = fresh.reindex(columns=list(CURRENT.columns))
    rest = published[~among(published["shift_id"], fresh["shift_id"])]
    return CURRENT.conform(pd.concat([frame for frame in (rest, fresh) if len(frame)] or [rest], ignore_index=True))


def outcome_of_marked(rows: pd.DataFrame) -> pd.Series:
    """Return the outcome of reported shifts whose published facts stay: CONFLICT, or the outcome before a conflict."""
    is_live = rows["current_live_orders"].fillna(0) > 0
    unclosed = rows["current_fiscal_document_number"].isna()
    return first_match(
        [
            Case(rows["verdict"] == "conflict", str(Outcome.CONFLICT)),
            Case(is_live, str(Outcome.ISSUED)),
            # It was closed as lost, and remains so.
            Case(unclosed, str(Outcome.REJECTED)),
            Case(pd.Series(data=True, index=rows.index), str(Outcome.NO_CASH)),
        ],
        rows.index,
    )["outcome"]


def after_adoption(rows: pd.DataFrame, adopted: pd.DataFrame) -> pd.DataFrame:
    """Return reported shifts with the result of `adopt`: `confirmed`, or the outcome if Market's orders stay."""
    if adopted.empty:
        return rows.assign(same_as=missing(rows))
    found = rows[["shift_id"]].merge(
        adopted.rename(columns={"fiscal_id": "shift_id", "outcome": "adopted_outcome", "reason": "adopted_reason"}),
        on="shift_id",
        how="left",
    )
    found = found.set_axis(rows.index)
    stays, moves = known_and(found["stays"].astype("boolean")), known_and(~found["stays"].astype("boolean"))
    return rows.assign(
        verdict=rows["verdict"].mask(moves, "confirmed").mask(stays, "changed"),
        outcome=rows["outcome"].mask(stays, found["adopted_outcome"]),
        reason=rows["reason"].mask(stays, found["adopted_reason"]),
        same_as=found["till_id"].where(stays).astype("string"),
    )


def after_move(tills: pd.DataFrame, fiscals: pd.DataFrame, adopted: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return till and fiscal shifts after orders have moved from one to the other."""
    moves = adopted[~adopted["stays"].astype(bool)]
    if moves.empty:
        return tills, fiscals
    went_to = tills["shift_id"].map(moves.set_index("till_id")["fiscal_id"]).astype("string")
    gone = went_to.notna()
    counts = ["live_orders", "marked_orders", "open_orders"]
    came = tills[gone].assign(shift_id=went_to[gone]).set_index("shift_id")[counts]
    tills = tills.assign(
        same_as=went_to.fillna(tills["same_as"]), **{name: tills[name].mask(gone, 0) for name in counts}
    )
    added = came.reindex(fiscals["shift_id"], fill_value=0).set_axis(fiscals.index)
    fiscals = fiscals.assign(**{name: fiscals[name].fillna(0) + added[name].fillna(0) for name in counts})
    return tills, fiscals


def same_where_nothing_is_new(rows: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Give waiting shifts the verdict `same` if facts, outcome, reason and question are those already published."""
    if not (rows["verdict"] == "changed").any():
        return rows
    reviews = decisions[decisions["is_open"].astype(bool) & (decisions["kind"] == "review")].set_index("shift_id")
    is_asked = among(rows["shift_id"], reviews.index) | (rows["outcome"] != Outcome.NEEDS_REVIEW)
    asked_against = rows["shift_id"].map(reviews["counterpart_id"]).astype("string")
    was_unclosed = rows["current_fiscal_document_number"].isna()
    nothing_new = (
        (rows["verdict"] == "changed")
        & rows["is_known"]
        & among(rows["current_outcome"], [*WAITING])
        & rows["same_facts"]
        & same(rows["outcome"], rows["current_outcome"])
        & same(rows["reason"], rows["current_reason"])
        & same(rows["same_as"], rows["current_same_as"])
        & same(rows["order_day"], rows["current_order_day"])
        & ~(was_unclosed & rows["fiscal_document_number"].notna())
        & is_asked
        & same(rows["deferred_for"], asked_against)
    )
    return rows.assign(verdict=rows["verdict"].mask(nothing_new, "same"))


def facts_now(tills: pd.DataFrame, fiscals: pd.DataFrame) -> pd.Series:
    """Return the facts of each shift in scope, by its id."""
    shifts = pd.concat([tills, fiscals])
    return pd.Series(facts_of(shifts).to_numpy(), index=shifts["shift_id"], dtype="string")
