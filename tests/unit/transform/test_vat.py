"""VAT inside cash is exact, by receipt and rate, as a schoolbook would reckon it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smena.transform.frames import VAT_LINES
from smena.transform.reading import read_documents
from smena.transform.vat import vat_of_cash
from tests.unit.transform.builders import DRIVE, keep_books, opening, page, receipt, z_report

Line = tuple[int, int, int]
"""VAT, cash and total of a receipt, kopecks."""


def half_up(amount: Fraction) -> int:
    return floor(amount + Fraction(1, 2))


def reckoned(lines: list[Line]) -> list[int]:
    """VAT inside the cash of receipts that have one rate each; 0 where there is none."""
    receipts = pd.DataFrame(
        {
            "fiscal_drive_number": pd.array([DRIVE] * len(lines), dtype="string"),
            "fiscal_document_number": pd.array(range(1, len(lines) + 1), dtype="Int64"),
            "shift_number": pd.array([1] * len(lines), dtype="Int64"),
            "operation": pd.array(["cash_income"] * len(lines), dtype="string"),
            "taxation": pd.array(["osn"] * len(lines), dtype="string"),
            "agent": pd.array([False] * len(lines), dtype="boolean"),
            "cash": pd.array([cash for _, cash, _ in lines], dtype="Int64"),
            "total": pd.array([total for _, _, total in lines], dtype="Int64"),
        }
    )
    rates = [f"{n}" for n in range(1, len(lines) + 1)]
    reported = VAT_LINES.of(
        {
            "fiscal_drive_number": [DRIVE] * len(lines),
            "fiscal_document_number": range(1, len(lines) + 1),
            "rate": rates,
            "vat": [vat for vat, _, _ in lines],
        }
    )
    found = vat_of_cash(receipts, reported).set_index("rate")["vat"]
    return [int(found.get(rate, 0)) for rate in rates]


@st.composite
def lines(draw: st.DrawFn, most: int) -> Line:
    total = draw(st.integers(1, most))
    return draw(st.integers(0, total)), draw(st.integers(1, total)), total


@settings(max_examples=40, deadline=None)
@given(st.lists(lines(10**6), min_size=1, max_size=30) | st.lists(lines(10**13), min_size=1, max_size=30))
@example([(2**30, 2**31, 2**31), (2**30 - 1, 2**31 - 1, 2**31 - 1), (1, 2**31, 2**32)])
@example([(10**13, 10**13, 10**13), (10**13 - 1, 3, 10**13)])
@example([(2**30 - 1, 10**13, 10**13)])
def test_vat_of_the_cash_is_rounded_half_up_and_exact_at_any_size(receipts: list[Line]) -> None:
    assert reckoned(receipts) == [half_up(Fraction(vat * cash, total)) for vat, cash, total in receipts]


@pytest.mark.parametrize(
    ("vat", "cash", "total", "inside"),
    [
        (17, 100, 100, 17),
        (1, 50, 100, 1),
        (3, 50, 100, 2),
        (5, 50, 100, 3),
        (1, 49, 100, 0),
        (1667, 3333, 10000, 556),
        (0, 10, 10, 0),
    ],
)
def test_halves_go_up(vat: int, cash: int, total: int, inside: int) -> None:
    assert reckoned([(vat, cash, total)]) == [inside]
    assert inside == int((Decimal(vat) * cash / total).quantize(Decimal(1), ROUND_HALF_UP))


def test_a_receipt_paid_in_cash_alone_keeps_its_vat_whole() -> None:
    assert reckoned([(n, n * 6, n * 6) for n in range(1, 200)]) == list(range(1, 200))


def test_a_receipt_without_cash_has_no_vat_in_cash() -> None:
    assert reckoned([(17, 0, 100), (0, 0, 0)]) == [0, 0]


def test_no_receipts_have_no_vat() -> None:
    frames = read_documents([page()])
    assert vat_of_cash(frames.receipts, frames.vat_lines).empty


def test_vat_is_rounded_by_receipt_and_not_over_the_shift() -> None:
    # Three halves of a kopeck: 1 + 1 + 1, not half up of 1.5.
    three = [receipt(n, 50, card=50, nds20=1, ndsNo=94) for n in (2, 3, 4)]
    books = keep_books([opening(), z_report(receipts=3), *three])
    assert books.order_values("amount", "vat", "vat_by_rate") == [(150, 3, '{"20": 3}')]


def test_vat_is_rounded_by_rate_and_not_over_the_receipt() -> None:
    books = keep_books([opening(), z_report(), receipt(2, 50, card=50, nds20=1, nds10=1, ndsCalculated7=1, ndsNo=68)])
    assert books.order_values("vat", "vat_by_rate") == [(3, '{"10": 1, "20": 1, "calculated_7": 1}')]


def test_unknown_rates_are_booked_by_their_name() -> None:
    books = keep_books([opening(), z_report(), receipt(2, 1178, nds25=200, nds7=10, ndsCalculated25=5)])
    assert books.order_values("vat", "vat_by_rate") == [(215, '{"25": 200, "7": 10, "calculated_25": 5}')]


def test_vat_belongs_to_its_own_operation_tax_system_and_agent() -> None:
    books = keep_books(
        [
            opening(), z_report(receipts=4), receipt(2, 600, nds20=100), receipt(3, 60, operation=2, nds20=10),
            receipt(4, 105, taxation=4, nds5=5), receipt(5, 120, paymentAgentType=64, nds20=20),
        ]
    )  # fmt: skip
    assert books.order_values("operation", "taxation", "agent", "vat", "vat_by_rate") == [
        ("cash_income", "osn", False, 100, '{"20": 100}'),
        ("cash_income", "osn", True, 20, '{"20": 20}'),
        ("cash_income", "usn_income_expense", False, 5, '{"5": 5}'),
        ("cash_refund", "osn", False, 10, '{"20": 10}'),
    ]
