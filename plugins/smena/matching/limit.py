"""How many orders in the books a batch changes, to compare with the organisation's limit. Pure."""

from __future__ import annotations

import pandas as pd

from smena.matching.cases import among, known_and

_PART = ["shift_id", "operation", "taxation", "agent"]


def changed_orders(orders: pd.DataFrame, proposed: pd.DataFrame, current: pd.DataFrame) -> pd.Series:
    """Return the ids of orders that are reversed or revised.

    An order that moves to the OFD's shift takes its basis and accounts, so it counts only if its sum changes. Orders
    of new shifts, and orders that are issued again, do not count: they change no order in the books.

    Args:
        orders: ORDER_CHANGES.
        proposed: PROPOSED_ORDERS.
        current: CURRENT_ORDERS, before they move.
    """
    changed = orders[orders["action"].isin(["reverse", "revise"])].drop_duplicates("document_id")
    moved = among(changed["document_id"], orders.loc[orders["action"] == "move", "document_id"])
    wanted = changed[_PART].merge(proposed[[*_PART, "amount"]], on=_PART, how="left")["amount"].set_axis(changed.index)
    amounts = current[current["status"] != "moved"].drop_duplicates("document_id").set_index("document_id")["amount"]
    same_sum = known_and(wanted == changed["document_id"].map(amounts))
    return changed.loc[~(moved & (changed["action"] == "revise") & same_sum), "document_id"]


def orders_in_question(current: pd.DataFrame, booked: pd.DataFrame) -> int:
    """Return how many orders in the books belong to shifts that a batch reports or decides about.

    Args:
        current: CURRENT.
        booked: BOOKED_SHIFTS.
    """
    looked_at = current["is_reported"].astype(bool) | among(current["shift_id"], booked["shift_id"])
    return int(current.loc[looked_at, "live_orders"].sum())


def orders_before(orders: pd.DataFrame, booked: pd.DataFrame) -> pd.DataFrame:
    """Return the orders in the books (BOOKED_ORDERS) that change, with the shift, tax system and agent they move to.

    Args:
        orders: ORDER_CHANGES.
        booked: BOOKED_ORDERS.
    """
    rows = booked[among(booked["document_id"], orders["document_id"])]
    moves = orders[orders["action"] == "move"].set_index("document_id")
    is_moved = among(rows["document_id"], moves.index)
    part = {name: rows[name].mask(is_moved, rows["document_id"].map(moves[name])) for name in _PART if len(moves)}
    return rows.assign(**part)


def orders_after(orders: pd.DataFrame, proposed: pd.DataFrame) -> pd.DataFrame:
    """Return the proposed orders (MADE_ORDERS) that ORDER_CHANGES revise, issue or move, each once."""
    written = orders.loc[orders["action"].isin(["revise", "issue", "move"]), _PART].drop_duplicates()
    return proposed.merge(written, on=_PART) if len(proposed) and len(written) else proposed.head(0)
