"""VAT of orders made of totals: exact where an operation was paid in cash alone, else unknown and never zero."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.transform.assertions import one
from tests.unit.transform.builders import (
    Result,
    keep_books,
    receipt,
    sums,
    totals,
    totals_page,
    z_report,
)


def operation(cash: int = 12_000, count: int = 1, *, card: int = 0, **fields: Any) -> dict[str, Any]:
    """One operation of by-shifts: by default 120 roubles of cash at 20 %; None leaves a field out."""
    reported = sums(cash, count, card=card) | {"nds": {"rate20": 2_000}, "totalWithNds0": 0, "totalWithNdsFree": 0}
    return {name: value for name, value in (reported | fields).items() if value is not None}


def vat_of(sell: dict[str, Any]) -> tuple[Any, Any]:
    """VAT of the one order of a shift with these sales, and its VAT by rate."""
    books = keep_books([z_report(receipts=sell["count"])], [totals(1, sell)])
    assert books.outcomes() == {1: "issued"}
    order = one(books.orders)
    assert order["amount"] == sell["cashTotal"]
    return order["vat"], order["vat_by_rate"]


@pytest.mark.parametrize(
    ("sell", "vat", "by_rate"),
    [
        (operation(), 2_000, '{"20": 2000}'),
        (operation(nds={"rate20": 2_000, "rate10": 0, "calculatedWithRate20": 0}), 2_000, '{"20": 2000}'),
        (operation(nds={"calculatedWithRate20": 2_000}), 2_000, '{"calculated_20": 2000}'),
        (operation(nds={"rate22": 2_164}), 2_164, '{"22": 2164}'),
        # A rate of another year comes as another key.
        (operation(nds={"rate25": 2_400}), 2_400, '{"25": 2400}'),
        (
            operation(12_000 + 11_000 + 500 + 70, 9, nds={"rate20": 2_000, "rate10": 1_000}, totalWithNdsFree=500,
                      totalWithNds0=70),
            3_000, '{"10": 1000, "20": 2000}',
        ),
        # «Без НДС» is known where the totals say so of all that was paid.
        (operation(nds={}, totalWithNdsFree=12_000), 0, "{}"),
        (operation(nds={"rate20": 0}, totalWithNds0=12_000), 0, "{}"),
        (operation(nds={"rate20": None}, totalWithNdsFree=12_000), 0, "{}"),
        # Absent fields say nothing; the rest accounts for the total.
        (operation(totalWithNds0=None, totalWithNdsFree=None), 2_000, '{"20": 2000}'),
        # Rounded half up by receipt: 33 receipts of 0.10 have a kopeck or two each.
        (operation(330, 33, nds={"rate20": 66}), 66, '{"20": 66}'),
        (operation(nds={"rate20": "2000"}), 2_000, '{"20": 2000}'),
        # A name that is no rate means nothing while it is zero.
        (operation(nds={"rate20": 2_000, "total": 0}), 2_000, '{"20": 2000}'),
    ],
)  # fmt: skip
def test_vat_of_an_operation_paid_in_cash_alone_is_that_of_the_totals(
    sell: dict[str, Any], vat: int, by_rate: str
) -> None:
    assert vat_of(sell) == (vat, by_rate)


@pytest.mark.parametrize(
    "sell",
    [
        pytest.param(operation(card=1), id="a kopeck by card"),
        pytest.param(operation(total=12_001), id="a part by an advance, or on credit"),
        pytest.param(operation(total=None), id="no total"),
        pytest.param(operation(nds=None), id="no VAT"),
        pytest.param(operation() | {"nds": None}, id="VAT of null"),
        pytest.param(operation(nds={}), id="nothing of VAT"),
        pytest.param(operation(nds={}, totalWithNdsFree=11_900), id="a part without VAT, and no word of the rest"),
        pytest.param(operation(nds=[]), id="VAT of another form"),
        pytest.param(operation(nds="2000"), id="VAT as a text"),
        pytest.param(operation(nds={"rate20": 2_000.5}), id="half a kopeck"),
        pytest.param(operation(nds={"rate20": -2_000}), id="below zero"),
        pytest.param(operation(nds={"rate20": True}), id="no number"),
        pytest.param(operation(nds={"rate20": 2_000, "rateNew": 1}), id="a rate that is none"),
        pytest.param(operation(nds={"rate20": 2_000, "rate0": 1}), id="VAT at 0 %"),
        pytest.param(operation(totalWithNdsFree="a lot"), id="a turnover that is no number"),
        pytest.param(operation(nds={"rate20": 2_010}), id="more than the rate allows"),
        pytest.param(operation(nds={"rate20": 1_990}), id="less than the rate makes"),
        pytest.param(operation(nds={"rate10": 2_000}), id="of a rate that it is not"),
        pytest.param(operation(nds={"rate20": 2_000}, totalWithNdsFree=500), id="turnovers above the total"),
        pytest.param(operation(2, 1, nds={"rate20": 2}), id="as much VAT as money"),
    ],
)
def test_what_is_not_exact_is_unknown_and_the_order_is_made(sell: dict[str, Any]) -> None:
    assert vat_of(sell) == (None, None)


def two_sides(refunds: str, returned: dict[str, Any]) -> Result:
    entry = totals(1, operation(24_000, 2, nds={"rate20": 4_000}), returned=returned)
    return keep_books([z_report(receipts=2 + returned["count"])], [entry], refunds=refunds)


def test_each_operation_is_known_by_itself() -> None:
    books = two_sides("rko", operation(6_000, nds={"rate20": 1_100}, card=600))
    assert books.order_values("operation", "amount", "vat") == [
        ("cash_income", 24_000, 4_000),
        ("cash_refund", 6_000, None),
    ]


def test_net_of_refunds_is_known_where_both_sides_are() -> None:
    assert two_sides("net", operation(6_000, nds={"rate20": 1_000})).order_values("amount", "vat") == [(18_000, 3_000)]
    assert two_sides("net", operation(6_000, nds={"rate20": 1_100}, card=600)).order_values("amount", "vat") == [
        (18_000, None)
    ]


def test_two_answers_that_differ_in_vat_alone_prove_the_sums_and_no_vat() -> None:
    answers = [
        totals_page(totals(1, operation(nds=nds)), page_id=50 + n) for n, nds in enumerate(({"rate20": 2_000}, {}))
    ]
    books = keep_books([z_report()], answers)
    assert books.shift()["detail"] == "totals"
    assert books.order_values("amount", "vat", "vat_by_rate") == [(12_000, None, None)]
    again = keep_books([z_report()], [totals_page(totals(1, operation()), page_id=50 + n) for n in range(2)])
    assert again.order_values("amount", "vat") == [(12_000, 2_000)]


PART_BY_CARD = totals(1, operation(card=6_000, nds={"rate20": 3_000}))
RECEIPT = receipt(cash=12_000, card=6_000, nds20=3_000)


def test_exact_takes_from_the_receipts_what_totals_lack() -> None:
    books = keep_books([z_report(), RECEIPT], [PART_BY_CARD], vat="exact")
    assert books.shift()["detail"] == "receipts"
    assert books.order_values("amount", "vat", "vat_by_rate") == [(12_000, 2_000, '{"20": 2000}')]
    assert keep_books([z_report(), RECEIPT], [PART_BY_CARD]).order_values("amount", "vat") == [(12_000, None)]


def test_exact_leaves_a_shift_to_its_totals_where_they_have_the_vat_or_no_receipts_are_there() -> None:
    reported = keep_books([z_report(), receipt(cash=12_000, nds20=2_000)], [totals(1, operation())], vat="exact")
    assert (reported.shift()["detail"], reported.order_values("vat")) == ("totals", [(2_000,)])
    unread = keep_books([z_report()], [PART_BY_CARD], vat="exact")
    assert (unread.shift()["detail"], unread.order_values("vat")) == ("totals", [(None,)])


def test_receipts_read_for_their_vat_must_agree_with_the_totals() -> None:
    books = keep_books([z_report(), receipt(cash=12_100, card=5_900, nds20=3_000)], [PART_BY_CARD], vat="exact")
    assert books.shift()["outcome"] == "needs_review"
    assert books.orders.empty
