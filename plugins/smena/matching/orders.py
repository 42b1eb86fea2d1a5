"""Compares orders in the books with those that shifts propose: which to issue, revise, reverse or move."""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import among, known_and, missing
from smena.matching.changes import ORDER_CHANGES
from smena.model.reasons import Reason
from smena.transform.schema import WHOLE

_PART = ["shift_id", "operation", "taxation", "agent"]
"""The key of an order: there is one live order each."""


def plan_orders(
    booked: pd.DataFrame,
    moved: pd.DataFrame,
    proposed: pd.DataFrame,
    current: pd.DataFrame,
    *,
    closed_through: pd.Timestamp | None,
) -> pd.DataFrame:
    """Return the orders to move, reverse, revise and issue (ORDER_CHANGES) of shifts that had orders before.

    An order that a person has accepted or rejected does not change. An order that a decision reversed stays reversed,
    and one that moved to another shift stays there: a new order, with its own id and number, is issued in its place.
    Issued orders keep their number and date.

    Args:
        booked: BOOKED_SHIFTS.
        moved: MOVED_SHIFTS.
        proposed: PROPOSED_ORDERS of these shifts.
        current: CURRENT_ORDERS of these shifts, and of till shifts whose orders move.
        closed_through: no order dated on or before it is reversed.
    """
    moves, current = _moved(moved, proposed, current)
    wanted = proposed[among(proposed["shift_id"], booked.loc[booked["is_booked"].astype(bool), "shift_id"])]
    newest = current.sort_values("issue").drop_duplicates(_PART, keep="last")
    pairs = wanted.merge(newest, on=_PART, how="left", suffixes=("", "_current"))
    is_there = pairs["document_id"].notna()
    is_gone = known_and(pairs["is_reversed_by_decision"])
    issue = pairs[~is_there | is_gone]
    issue = issue.assign(
        action="issue", issue=issue["issue"].fillna(0) + 1, document_id=missing(issue), revision=missing(issue, WHOLE)
    )
    stays = pairs[is_there & ~is_gone]
    was_reversed = stays["status"] == "reversed"
    differs = ~known_and(stays["contents"] == stays["contents_current"])
    revise = stays[was_reversed | ((stays["status"] == "new") & differs)]
    revise = revise.assign(
        action="revise",
        reason=pd.Series(str(Reason.CASH_REPORTED_AGAIN), index=revise.index, dtype="string").where(
            revise["status"] == "reversed"
        ),
    )
    open_orders = current[(current["status"] == "new") & among(current["shift_id"], booked["shift_id"])]
    if closed_through is not None:
        open_orders = open_orders[~known_and(open_orders["day"] <= closed_through)]
    reverse = open_orders[~among(open_orders["document_id"], stays["document_id"])]
    reverse = reverse.merge(booked[["shift_id", "reason"]], on="shift_id").assign(action="reverse")
    parts = [part.reindex(columns=list(ORDER_CHANGES.columns)) for part in (moves, reverse, revise, issue) if len(part)]
    return ORDER_CHANGES.conform(pd.concat(parts, ignore_index=True)) if parts else ORDER_CHANGES.empty()


def _moved(moved: pd.DataFrame, proposed: pd.DataFrame, current: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The orders that move to fiscal shifts, each to a proposed order of the operation; and all orders after that.

    Cheques have no tax system, so the largest order of an operation becomes the largest one that the OFD's shift
    proposes, and so on. Example: the till's 300.00 becomes `osn` 290.00, and its 50.00 becomes `usn_income` 60.00.
    """
    goes = current.merge(moved.rename(columns={"till_id": "shift_id"}), on="shift_id", how="left")
    goes = goes.set_axis(current.index)
    is_moving = goes["fiscal_id"].notna() & ~current["status"].isin(["reversed", "moved"])
    if not is_moving.any():
        return ORDER_CHANGES.empty(), current
    orders = goes[is_moving].sort_values(["amount", "number"], ascending=[False, True])
    orders["rank"] = orders.groupby(["fiscal_id", "operation"]).cumcount()
    parts = proposed.sort_values(["amount", "taxation", "agent"], ascending=[False, True, True])
    parts = parts.assign(rank=parts.groupby(["shift_id", "operation"]).cumcount())
    like = (
        orders.reset_index()
        .merge(
            parts[["shift_id", "operation", "rank", "taxation", "agent"]].rename(columns={"shift_id": "fiscal_id"}),
            on=["fiscal_id", "operation", "rank"],
            how="left",
            suffixes=("", "_like"),
        )
        .set_index("index")
    )
    taxation = like["taxation_like"].fillna(like["taxation"])
    agent = like["agent_like"].fillna(like["agent"])
    former = current.groupby(_PART)["issue"].max()
    key = pd.MultiIndex.from_arrays([like["fiscal_id"], like["operation"], taxation, agent])
    issue = pd.Series(former.reindex(key).to_numpy(), index=like.index, dtype="Int64").fillna(0) + 1
    moves = like.assign(
        action="move", shift_id=like["fiscal_id"], taxation=taxation, agent=agent, issue=issue, reason=missing(like)
    )
    after = current.copy()
    for name in ("shift_id", "taxation", "agent", "issue"):
        after.loc[moves.index, name] = moves[name]
    after.loc[moves.index, "revision"] = after.loc[moves.index, "revision"] + 1
    after.loc[moves.index, "source"] = "ofd"
    return moves, after
