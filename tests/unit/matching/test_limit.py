"""How many orders in the books a batch changes, and how each of them would be."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.matching.changes import BOOKED_SHIFTS, CURRENT_ORDERS, ORDER_CHANGES, PROPOSED_ORDERS
from smena.matching.differences import BOOKED_ORDERS, MADE_ORDERS
from smena.matching.limit import changed_orders, orders_after, orders_before, orders_in_question
from smena.matching.slices import CURRENT
from smena.transform.schema import Schema

PART = {"shift_id": "a", "operation": "cash_income", "taxation": "", "agent": False}
MOVED = {"document_id": "1", **PART, "shift_id": "fiscal"}


def frame(schema: Schema, *rows: dict[str, Any]) -> pd.DataFrame:
    return schema.conform(
        pd.DataFrame([dict.fromkeys(schema.columns) | row for row in rows], columns=[*schema.columns])
    )


@pytest.mark.parametrize(
    ("orders", "amount", "changed"),
    [
        ([{"action": "reverse", "document_id": "1", **PART}], 100, ["1"]),
        ([{"action": "revise", "document_id": "1", **PART}], 100, ["1"]),
        ([{"action": "issue", **PART}], 100, []),
        ([{"action": "move", **MOVED}], 100, []),
        ([{"action": "move", **MOVED}, {"action": "revise", **MOVED}], 100, []),
        ([{"action": "move", **MOVED}, {"action": "revise", **MOVED}], 101, ["1"]),
        ([{"action": "move", **MOVED}, {"action": "reverse", **MOVED}], 100, ["1"]),
        ([], 100, []),
    ],
    ids=["reversed", "revised", "issued", "moved", "moved, other basis", "moved, other sum", "moved, reversed", "none"],
)
def test_an_order_counts_where_what_is_booked_changes(
    orders: list[dict[str, Any]], amount: int, changed: list[str]
) -> None:
    proposed = frame(PROPOSED_ORDERS, PART | {"amount": amount}, PART | {"shift_id": "fiscal", "amount": amount})
    booked = frame(CURRENT_ORDERS, PART | {"document_id": "1", "amount": 100, "status": "new"})
    assert list(changed_orders(frame(ORDER_CHANGES, *orders), proposed, booked)) == changed


def test_a_moved_order_whose_new_sum_is_not_known_counts() -> None:
    orders = frame(ORDER_CHANGES, {"action": "move", **MOVED}, {"action": "revise", **MOVED})
    booked = frame(CURRENT_ORDERS, PART | {"document_id": "1", "amount": 100, "status": "new"})
    assert list(changed_orders(orders, PROPOSED_ORDERS.empty(), booked)) == ["1"]


def test_orders_in_question_are_those_of_reported_shifts_and_of_those_looked_at() -> None:
    published = frame(
        CURRENT,
        {"shift_id": "a", "is_reported": True, "live_orders": 2},
        {"shift_id": "b", "is_reported": False, "live_orders": 3},
        {"shift_id": "c", "is_reported": False, "live_orders": 5},
    )
    looked_at = frame(BOOKED_SHIFTS, {"shift_id": "b", "is_first": False, "is_booked": True})
    assert orders_in_question(published, looked_at) == 5


def test_orders_before_and_after_stand_side_by_side() -> None:
    orders = frame(
        ORDER_CHANGES,
        {"action": "move", **MOVED, "taxation": "osn"},
        {"action": "revise", **MOVED, "taxation": "osn"},
        {"action": "reverse", "document_id": "2", **PART, "operation": "cash_refund"},
    )
    booked = frame(
        BOOKED_ORDERS,
        PART | {"document_id": "1"},
        PART | {"document_id": "2", "operation": "cash_refund"},
        PART | {"document_id": "3", "shift_id": "other"},
    )
    before = orders_before(orders, booked)
    assert before[["document_id", "shift_id", "taxation"]].to_numpy().tolist() == [
        ["1", "fiscal", "osn"],
        ["2", "a", ""],
    ]
    proposed = frame(MADE_ORDERS, PART | {"shift_id": "fiscal", "taxation": "osn"}, PART)
    assert list(orders_after(orders, proposed)["shift_id"]) == ["fiscal"]
    assert orders_after(ORDER_CHANGES.empty(), proposed).empty
    unmoved = orders[orders["action"] == "reverse"]
    assert list(orders_before(unmoved, booked)["shift_id"]) == ["a"]
