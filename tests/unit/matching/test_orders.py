"""Orders in the books against those that shifts propose: issued, revised, reversed, moved, or left alone."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.matching.orders import plan_orders
from smena.model.reasons import Reason
from tests.unit.matching.slice_builders import (
    FISCAL,
    TILL,
    Row,
    booked,
    current_orders,
    moved,
    on,
    order,
    proposed_order,
    proposed_orders,
    records,
)

GONE = str(Reason.CASH_NOT_REPORTED)
NOTHING_MOVED = moved()


def plan(
    current: list[Row],
    proposed: list[Row],
    *,
    shifts: pd.DataFrame | None = None,
    moves: pd.DataFrame = NOTHING_MOVED,
    closed_through: pd.Timestamp | None = None,
) -> list[tuple[Any, ...]]:
    """(action, document, issue, reason, revision) of each change."""
    changes = plan_orders(
        booked() if shifts is None else shifts,
        moves,
        proposed_orders(*proposed),
        current_orders(*current),
        closed_through=closed_through,
    )
    return records(changes, "action", "document_id", "issue", "reason", "revision")


def test_an_order_that_is_not_there_is_issued() -> None:
    assert plan([], [proposed_order()]) == [("issue", None, 1, None, None)]


def test_an_order_that_says_what_is_proposed_stays() -> None:
    assert plan([order()], [proposed_order()]) == []


def test_a_new_order_that_says_another_thing_is_revised_and_keeps_its_number() -> None:
    assert plan([order(amount=28000)], [proposed_order()]) == [("revise", "order-1", 1, None, 1)]


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_what_a_person_has_accepted_or_rejected_stays(status: str) -> None:
    assert plan([order(amount=28000, status=status)], [proposed_order()]) == []
    assert plan([order(amount=28000, status=status)], []) == []
    assert plan([order(status=status)], [], shifts=booked(is_booked=False)) == []


def test_an_order_that_is_not_proposed_any_more_is_reversed() -> None:
    assert plan([order()], []) == [("reverse", "order-1", 1, GONE, 1)]
    assert plan([order()], [proposed_order()], shifts=booked(is_booked=False)) == [("reverse", "order-1", 1, GONE, 1)]


def test_an_order_of_another_tax_system_takes_the_place_of_the_one_that_is_reversed() -> None:
    assert plan([order()], [proposed_order(taxation="osn")]) == [
        ("reverse", "order-1", 1, GONE, 1), ("issue", None, 1, None, None),
    ]  # fmt: skip


def test_cash_that_comes_again_is_booked_by_the_order_that_was_reversed() -> None:
    assert plan([order(status="reversed", revision=2)], [proposed_order()]) == [
        ("revise", "order-1", 1, Reason.CASH_REPORTED_AGAIN, 2)
    ]


def test_what_a_decision_has_reversed_stays_so_and_is_issued_once_more() -> None:
    gone = order(status="reversed", is_reversed_by_decision=True)
    assert plan([gone], [proposed_order()]) == [("issue", None, 2, None, None)]
    assert plan([gone], []) == []
    again = order(document_id="order-2", issue=2)
    assert plan([again, gone], [proposed_order()]) == []
    assert plan([gone, again], [proposed_order(amount=1)]) == [("revise", "order-2", 2, None, 1)]
    gone_again = again | {"status": "reversed", "is_reversed_by_decision": True}
    assert plan([gone_again, gone], [proposed_order()]) == [("issue", None, 3, None, None)]


def test_nothing_of_a_closed_period_is_reversed() -> None:
    for through, changes in ((on(2), 1), (on(3), 0)):
        assert len(plan([order()], [], closed_through=through)) == changes


def test_orders_of_other_shifts_are_not_looked_at() -> None:
    assert plan([order(shift_id="fiscal-2")], [proposed_order(shift_id="fiscal-3")]) == []


OF_TILL = {"shift_id": TILL, "source": "market"}


def test_an_order_of_a_till_shift_goes_over_and_takes_the_sums_of_the_ofd() -> None:
    moves = moved((TILL, FISCAL))
    assert plan([order(**OF_TILL)], [proposed_order()], moves=moves) == [("move", "order-1", 1, None, 1)]
    # The move is a revision of its own.
    assert plan([order(**OF_TILL, amount=28000)], [proposed_order()], moves=moves) == [
        ("move", "order-1", 1, None, 1), ("revise", "order-1", 1, None, 2),
    ]  # fmt: skip


def test_an_accepted_order_goes_over_as_it_is() -> None:
    found = plan([order(**OF_TILL, amount=28000, status="accepted")], [proposed_order()], moves=moved((TILL, FISCAL)))
    assert found == [("move", "order-1", 1, None, 1)]


def test_the_largest_order_becomes_the_largest_part_that_the_ofd_proposes() -> None:
    parts = [
        proposed_order(taxation="usn_income", amount=6000),
        proposed_order(taxation="osn", amount=23000),
        proposed_order(operation="cash_refund", taxation="osn", amount=90000),
    ]
    current = [
        order(**OF_TILL, document_id="large", amount=24000),
        order(**OF_TILL, document_id="small", amount=5000, taxation="x", number=8),
        order(**OF_TILL, document_id="refund", amount=90000, operation="cash_refund"),
    ]
    changes = plan_orders(
        booked(), moved((TILL, FISCAL)), proposed_orders(*parts), current_orders(*current), closed_through=None
    )
    moves = changes[changes["action"] == "move"]
    assert sorted(records(moves, "document_id", "shift_id", "operation", "taxation")) == [
        ("large", FISCAL, "cash_income", "osn"),
        ("refund", FISCAL, "cash_refund", "osn"),
        ("small", FISCAL, "cash_income", "usn_income"),
    ]
    revised = changes[changes["action"] == "revise"]
    assert sorted(revised["document_id"]) == ["large", "small"]


def test_an_order_that_no_part_is_like_is_reversed_after_it_went_over() -> None:
    found = plan([order(**OF_TILL)], [proposed_order(operation="cash_refund")], moves=moved((TILL, FISCAL)))
    assert found == [
        ("move", "order-1", 1, None, 1), ("reverse", "order-1", 1, GONE, 2), ("issue", None, 1, None, None),
    ]  # fmt: skip


def test_an_order_that_goes_over_is_one_issue_more_than_what_the_shift_had() -> None:
    former = order(document_id="former", status="reversed", revision=2)
    found = plan([former, order(**OF_TILL)], [proposed_order()], moves=moved((TILL, FISCAL)))
    assert found == [("move", "order-1", 2, None, 1)]


def test_a_reversed_order_of_a_till_shift_does_not_go_over() -> None:
    reversed_ = order(**OF_TILL, status="reversed")
    assert plan([reversed_], [proposed_order()], moves=moved((TILL, FISCAL))) == [("issue", None, 1, None, None)]


def test_contents_that_are_not_known_are_other_contents() -> None:
    assert plan([order(contents=None)], [proposed_order()]) == [("revise", "order-1", 1, None, 1)]
