"""Which receipts of a shift explain that its till shift has other cash."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smena.matching.comparison import CHEQUES, PAIRS, RECEIPTS, Comparison, compare
from smena.matching.one_to_one import CLOCKS_APART_S

MORNING = pd.Timestamp("2026-02-03 10:00")


def at(second: int) -> pd.Timestamp:
    return MORNING + pd.Timedelta(seconds=second)


def receipt(
    second: int, cash: int, *, kind: str = "receipt", operation: str = "cash_income", total: int = 0
) -> dict[str, Any]:
    return {"formed_at": at(second), "cash": cash, "total": total or cash, "kind": kind, "operation": operation}


def correction(second: int, cash: int) -> dict[str, Any]:
    return receipt(second, cash, kind="receiptCorrection")


def cheque(
    second: int, cash: int, number: Any = None, *, refund: bool = False, total: int = 0, rounding: int = 0
) -> dict[str, Any]:
    return {
        "closed_at": at(second), "cash": cash, "total": total or cash, "number": number, "is_refund": refund,
        "price_correction": rounding,
    }  # fmt: skip


class World:
    """Pairs that are put together shift by shift; what their sources say of them is what is in them."""

    def __init__(self) -> None:
        self.pairs: list[dict[str, Any]] = []
        self.cheques: list[dict[str, Any]] = []
        self.receipts: list[dict[str, Any]] = []

    def add(self, cheques: list[dict[str, Any]], receipts: list[dict[str, Any]], fields: dict[str, Any]) -> World:
        name = str(len(self.pairs))
        tills = [one | {"till_id": f"t{name}", "cheque_id": f"{name}-{place}"} for place, one in enumerate(cheques)]
        fiscal = [
            one | {"fiscal_id": f"f{name}", "fiscal_document_number": 2 + place} for place, one in enumerate(receipts)
        ]
        self.cheques += tills
        self.receipts += fiscal
        sums = {
            operation: sum(one["cash"] or 0 for one in receipts if one["operation"] == operation)
            for operation in ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")
        }
        self.pairs.append(
            {
                "till_id": f"t{name}", "fiscal_id": f"f{name}", "cheques": len(cheques), "receipts": len(receipts),
                "till_income": sum(one["cash"] or 0 for one in cheques if not one["is_refund"]),
                "till_refund": sum(one["cash"] or 0 for one in cheques if one["is_refund"]), "unread": None,
            }
            | sums
            | fields
        )  # fmt: skip
        return self

    def compared(self) -> Comparison:
        frames = [
            schema.of({name: [one[name] for one in rows] for name in schema.columns})
            for schema, rows in ((PAIRS, self.pairs), (CHEQUES, self.cheques), (RECEIPTS, self.receipts))
        ]
        return compare(*frames)


def compared(
    cheques: list[dict[str, Any]], receipts: list[dict[str, Any]], fields: dict[str, Any] | None = None
) -> Comparison:
    return World().add(cheques, receipts, fields or {}).compared()


def verdict(made: Comparison) -> Any:
    (explained,) = made.pairs["is_explained"].astype(object).where(made.pairs["is_explained"].notna(), None)
    return explained


def named(made: Comparison) -> list[tuple[Any, ...]]:
    """What each document is: kind, ФД, cheque number, cash."""
    columns = ["what", "fiscal_document_number", "cheque_number", "cash"]
    rows = made.documents[columns].astype(object)
    return [tuple(row) for row in rows.where(rows.notna(), None).to_numpy()]


@pytest.mark.parametrize(
    ("cheques", "receipts", "explained", "documents"),
    [
        # The same.
        ([cheque(0, 100), cheque(60, 50)], [receipt(0, 100), receipt(60, 50)], True, []),
        # A correction, which tills do not know.
        ([cheque(0, 100)], [receipt(0, 100), correction(90, 19099)], True, [("correction", 3, None, 19099)]),
        # Number 2 never reached Market.
        (
            [cheque(0, 100, "1"), cheque(120, 70, "3")],
            [receipt(0, 100), receipt(60, 50), receipt(120, 70)],
            True,
            [("receipt", 3, "2", 50)],
        ),
        # The first one, and the last one, of which the numbering shows nothing.
        (
            [cheque(60, 100, "2")],
            [receipt(0, 50), receipt(60, 100), receipt(120, 30)],
            True,
            [("receipt", 2, "1", 50), ("receipt", 4, None, 30)],
        ),
        # Two numbers are left out and one receipt lacks: which it is, is not known.
        ([cheque(0, 100, "1"), cheque(120, 70, "4")], [receipt(0, 100), receipt(60, 50), receipt(120, 70)], True,
         [("receipt", 3, None, 50)]),
        # Numbers that are no numbers.
        ([cheque(0, 100, "А-1"), cheque(120, 70, None)], [receipt(0, 100), receipt(60, 50), receipt(120, 70)], True,
         [("receipt", 3, None, 50)]),
        # A cheque that no receipt is: less cash, and as much cash.
        ([cheque(0, 100), cheque(60, 500, "2")], [receipt(0, 100)], False, [("cheque", None, "2", 500)]),
        ([cheque(0, 100), cheque(60, 50)], [receipt(0, 100), receipt(60, 60)], False,
         [("cheque", None, None, 50), ("receipt", 3, None, 60)]),
        # The same sum at another time is another sale.
        ([cheque(0, 100)], [receipt(3600, 100)], False, [("cheque", None, None, 100), ("receipt", 2, None, 100)]),
        # A refund is no sale.
        ([cheque(0, 100, refund=True)], [receipt(0, 100)], False,
         [("cheque", None, None, 100), ("receipt", 2, None, 100)]),
        ([cheque(0, 100, refund=True)], [receipt(0, 100, operation="cash_refund")], True, []),
        # A card is no cash.
        ([cheque(0, 0, total=100)], [receipt(0, 100)], False,
         [("cheque", None, None, 0), ("receipt", 2, None, 100)]),
        # A payout is no business of a till's.
        ([cheque(0, 100)], [receipt(0, 100), receipt(60, 70, operation="cash_payout")], True, []),
        # Two cheques for one receipt.
        ([cheque(0, 100), cheque(5, 100)], [receipt(0, 100)], False, [("cheque", None, None, 100)]),
        # Market has rounded 100.50 down.
        ([cheque(0, 10000, rounding=50)], [receipt(0, 10050)], True, [("rounding", None, None, 50)]),
        ([cheque(0, 10050, rounding=50)], [receipt(0, 10050)], True, []),
        ([cheque(0, 10000, rounding=40)], [receipt(0, 10050)], False,
         [("cheque", None, None, 10000), ("receipt", 2, None, 10050)]),
        # Nothing on either side.
        ([], [], True, []),
        ([], [correction(0, 100)], True, [("correction", 2, None, 100)]),
    ],
)  # fmt: skip
def test_what_is_on_one_side_only(
    cheques: list[dict[str, Any]], receipts: list[dict[str, Any]], explained: bool, documents: list[tuple[Any, ...]]
) -> None:
    made = compared(cheques, receipts)
    assert (verdict(made), named(made)) == (explained, documents)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"unread": "no_time_left"}, "no_time_left"),
        ({"receipts": 3}, 'receipts_not_whole {"read": 2, "expected": 3}'),
        ({"receipts": None}, 'receipts_not_whole {"read": 2, "expected": null}'),
        ({"cheques": 2}, 'cheques_not_whole {"read": 1, "expected": 2}'),
        ({"cash_income": 151}, "receipts_not_the_shift"),
        ({"cash_income": None}, "receipts_not_the_shift"),
        ({"cash_payout": 7}, "receipts_not_the_shift"),
        ({"till_income": 99}, "cheques_not_the_till_shift"),
        ({"till_refund": None}, "cheques_not_the_till_shift"),
    ],
)
def test_what_is_not_known_whole_is_never_explained(fields: dict[str, Any], why: str) -> None:
    made = compared([cheque(0, 100)], [receipt(0, 100), correction(60, 50)], fields)
    assert verdict(made) is None
    assert list(made.pairs["unread"]) == [why]
    assert named(made) == []


@pytest.mark.parametrize("column", ["closed_at", "is_refund", "total", "cash"])
def test_a_cheque_of_which_something_is_not_known(column: str) -> None:
    assert (
        verdict(compared([cheque(0, 100), cheque(60, 0) | {column: None}], [receipt(0, 100)], {"till_income": 100}))
        is None
    )


@pytest.mark.parametrize("column", ["formed_at", "kind", "operation", "total", "cash"])
def test_a_receipt_of_which_something_is_not_known(column: str) -> None:
    assert verdict(compared([], [receipt(0, 0) | {column: None}], {"cash_income": 0})) is None


def test_of_equal_documents_the_one_that_lacks_is_named() -> None:
    """31 receipts of one sum, a minute apart, and the till lacks the seventeenth."""
    cheques = [cheque(60 * number, 1000, str(number)) for number in range(1, 32) if number != 17]
    made = compared(cheques, [receipt(60 * number, 1000) for number in range(1, 32)])
    assert (verdict(made), named(made)) == (True, [("receipt", 18, "17", 1000)])


def test_a_nearer_receipt_is_left_to_the_cheque_that_has_no_other() -> None:
    """The second cheque is nearest to the first receipt, and the first cheque has no other one."""
    made = compared([cheque(0, 100), cheque(280, 100)], [receipt(285, 100), receipt(500, 100)])
    assert (verdict(made), named(made)) == (True, [])


def test_a_clock_that_is_an_hour_off_is_recognised() -> None:
    sums = [100, 200, 300, 400]
    cheques = [cheque(600 * place, cash) for place, cash in enumerate(sums)]
    receipts = [receipt(3600 + 600 * place, cash) for place, cash in enumerate(sums)]
    assert verdict(compared(cheques, [*receipts, correction(9000, 50)])) is True
    assert verdict(compared(cheques[:2], receipts[:2])) is False


# --- any shift

Sale = tuple[int, int, bool, bool]
SUMS = st.sampled_from([100, 200, 200, 300, 5000])
SALES = st.lists(st.tuples(st.integers(0, 30_000), SUMS, st.booleans(), st.booleans()), max_size=14)
SETTINGS = settings(max_examples=25, deadline=None)
"""Pairs of one call are independent of each other, so each example has several."""


def shift_of(sales: list[Sale], drift: int = 0) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Cheques and receipts of sales: (second, cash, refund, whether it reached Market)."""
    receipts = [
        receipt(second, cash, operation="cash_refund" if refund else "cash_income") for second, cash, refund, _ in sales
    ]
    cheques = [cheque(second + drift, cash, refund=refund) for second, cash, refund, reached in sales if reached]
    return cheques, receipts


def by_pair(made: Comparison) -> list[tuple[Any, pd.DataFrame]]:
    """Of each pair, whether it is explained, and its documents."""
    explained = made.pairs["is_explained"].astype(object).where(made.pairs["is_explained"].notna(), None)
    documents = made.documents
    return [
        (one, documents[documents["till_id"] == till])
        for one, till in zip(explained, made.pairs["till_id"], strict=True)
    ]


def sums_of(documents: pd.DataFrame) -> list[tuple[int, bool]]:
    return sorted(zip(documents["cash"], documents["is_refund"], strict=True))


def cash_of(documents: list[dict[str, Any]], *, refunds: bool) -> int:
    return sum(
        one["cash"] for one in documents if one.get("is_refund", one.get("operation") == "cash_refund") == refunds
    )


@SETTINGS
@given(
    st.lists(
        st.tuples(SALES, st.lists(st.tuples(st.integers(0, 30_000), SUMS), max_size=3), st.integers(-90, 90)),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_lost_cheques_and_corrections_are_always_explained(
    shifts: list[tuple[list[Sale], list[tuple[int, int]], int]],
) -> None:
    world = World()
    for sales, corrections, drift in shifts:
        cheques, receipts = shift_of(sales, drift)
        world.add(cheques, [*receipts, *(correction(second, cash) for second, cash in corrections)], {})
    for (explained, documents), (sales, corrections, _) in zip(by_pair(world.compared()), shifts, strict=True):
        lost = [(cash, refund) for _, cash, refund, reached in sales if not reached]
        assert explained is True
        assert sums_of(documents) == sorted(lost + [(cash, False) for _, cash in corrections])


@SETTINGS
@given(st.lists(st.tuples(SALES, st.integers(0, 30_000)), min_size=1, max_size=6))
def test_a_cheque_of_a_sum_that_no_receipt_has_is_never_explained(shifts: list[tuple[list[Sale], int]]) -> None:
    world = World()
    for sales, second in shifts:
        cheques, receipts = shift_of(sales)
        world.add([*cheques, cheque(second, 777)], receipts, {})
    for explained, documents in by_pair(world.compared()):
        assert explained is False
        assert 777 in list(documents.loc[documents["what"] == "cheque", "cash"])


@SETTINGS
@given(st.lists(st.tuples(SALES, SALES), min_size=1, max_size=6))
def test_the_documents_make_up_the_difference_and_more_cash_is_never_explained(
    shifts: list[tuple[list[Sale], list[Sale]]],
) -> None:
    world = World()
    both = [(shift_of(sales)[0], shift_of(others)[1]) for sales, others in shifts]
    for cheques, receipts in both:
        world.add(cheques, receipts, {})
    for (explained, documents), (cheques, receipts) in zip(by_pair(world.compared()), both, strict=True):
        for refunds in (False, True):
            of_direction = documents[documents["is_refund"] == refunds]
            is_cheque = of_direction["what"] == "cheque"
            more = of_direction.loc[~is_cheque, "cash"].sum() - of_direction.loc[is_cheque, "cash"].sum()
            assert more == cash_of(receipts, refunds=refunds) - cash_of(cheques, refunds=refunds)
            assert more >= 0 or explained is False


def most_matched(cheques: list[dict[str, Any]], receipts: list[dict[str, Any]]) -> int:
    """By Kuhn's algorithm: how many cheques can have a receipt of their own."""
    owner: dict[int, int] = {}

    def finds(one: int, tried: set[int]) -> bool:
        for place, other in enumerate(receipts):
            apart = abs((other["formed_at"] - cheques[one]["closed_at"]).total_seconds())
            if place not in tried and other["cash"] == cheques[one]["cash"] and apart <= CLOCKS_APART_S:
                tried.add(place)
                if place not in owner or finds(owner[place], tried):
                    owner[place] = one
                    return True
        return False

    return sum(finds(place, set()) for place in range(len(cheques)))


@SETTINGS
@given(st.lists(st.tuples(*[st.lists(st.integers(0, 1200), max_size=12)] * 2), min_size=1, max_size=6))
def test_as_many_are_matched_as_can_be(shifts: list[tuple[list[int], list[int]]]) -> None:
    world = World()
    both = [([cheque(one, 100) for one in ours], [receipt(one, 100) for one in theirs]) for ours, theirs in shifts]
    for cheques, receipts in both:
        world.add(cheques, receipts, {})
    for (_, documents), (cheques, receipts) in zip(by_pair(world.compared()), both, strict=True):
        assert len(cheques) - (documents["what"] == "cheque").sum() == most_matched(cheques, receipts)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(SALES, SALES), min_size=2, max_size=4), st.randoms())
def test_pairs_are_independent_and_the_order_of_rows_changes_nothing(
    shifts: list[tuple[list[Sale], list[Sale]]], dice: Any
) -> None:
    together, alone = World(), []
    for sales, others in shifts:
        cheques, receipts = shift_of(sales)[0], shift_of(others)[1]
        together.add(cheques, receipts, {})
        alone += by_pair(compared(cheques, receipts))
    for rows in (together.cheques, together.receipts):
        dice.shuffle(rows)
    for (explained, documents), (own, own_documents) in zip(by_pair(together.compared()), alone, strict=True):
        assert (explained, sums_of(documents)) == (own, sums_of(own_documents))


def test_a_thousand_equal_sales() -> None:
    cheques = [cheque(20 * number, 15000, str(number)) for number in range(1, 1001) if number % 100]
    made = compared(cheques, [receipt(20 * number, 15000) for number in range(1, 1001)])
    assert verdict(made) is True
    assert [row[2] for row in named(made)] == [*(str(number) for number in range(100, 1000, 100)), None]
