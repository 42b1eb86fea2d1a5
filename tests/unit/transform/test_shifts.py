"""Every closed shift has one outcome."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.transform.frames import MONEY, ORDERS, REJECTS, SHIFTS
from tests.unit.transform.builders import (
    DRIVE,
    Result,
    keep_books,
    opening,
    page,
    receipt,
    records,
    sums,
    totals,
    totals_page,
    z_report,
)  # fmt: skip

NEW_DRIVE = "9999078900004793"
CASH = MONEY[:4]


def cash_of(books: Result, number: int = 1, drive: str = DRIVE) -> list[Any]:
    shift = books.shift(number, drive)
    return [shift[name] for name in CASH]


# --- several shifts


def test_two_shifts_a_day_are_two() -> None:
    books = keep_books(
        [
            z_report(1, 10, closed="14:00"), opening(1, 1), receipt(2, 100), z_report(2, 20, closed="22:00"),
            opening(2, 11, opened="14:01"), receipt(12, 200, shift=2, formed="15:00"),
        ]
    )  # fmt: skip
    assert books.order_values("shift_number", "day", "amount") == [
        (1, pd.Timestamp("2025-12-01"), 100),
        (2, pd.Timestamp("2025-12-01"), 200),
    ]


def test_two_shifts_of_one_number_are_two_where_the_drive_was_replaced() -> None:
    books = keep_books(
        [
            z_report(3, 300),
            opening(3, 290),
            receipt(291, 100, shift=3),
            z_report(3, 30, drive=NEW_DRIVE, closed="22:00"),
            opening(3, 20, drive=NEW_DRIVE, opened="20:10"),
            receipt(21, 700, shift=3, drive=NEW_DRIVE, formed="21:00"),
        ],
        [totals(3, sums(100, 1)), totals(3, sums(700, 1), opened="20:10", closed="22:00")],
    )
    assert (cash_of(books, 3, DRIVE), cash_of(books, 3, NEW_DRIVE)) == ([100, 0, 0, 0], [700, 0, 0, 0])
    assert books.order_values("fiscal_drive_number", "shift_number", "amount") == [(DRIVE, 3, 100), (NEW_DRIVE, 3, 700)]


def test_every_shift_has_one_outcome_and_they_add_up() -> None:
    books = keep_books(
        [
            z_report(1, 10),
            receipt(2, 100),
            z_report(2, 20),
            receipt(12, 0, card=100, shift=2),
            z_report(3, 30, receipts=2),
            receipt(22, 5, shift=3),
            z_report(4, 40),
            receipt(32, 5, shift=4, kind="receiptCorrection", correctionDocumentDate="2025-11-01T00:00:00"),
            z_report(5, 50, receipts=0),
        ]
    )
    assert books.outcomes() == {1: "issued", 2: "no_cash", 3: "incomplete", 4: "needs_review", 5: "no_cash"}
    assert books.amounts == [("cash_income", 100)]
    assert len(books.shifts) == len(books.frames.z_reports)


# --- no cash


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_cards_advances_credit_and_barter_make_no_cash_order(detail: str) -> None:
    documents = [
        opening(), z_report(receipts=4), receipt(2, 0, card=100), receipt(3, totalSum=50, prePaymentTotalSum=50),
        receipt(4, totalSum=60, postPaymentTotalSum=60), receipt(5, totalSum=70, considerationTotalSum=70),
    ]  # fmt: skip
    books = keep_books(documents, [totals(1, sums(0, 4, card=100))], detail=detail)
    assert (books.shift()["outcome"], books.shift()["reason"], books.shift()["cashless_income"]) == (
        "no_cash",
        None,
        100,
    )
    assert books.orders.empty


def test_an_advance_in_cash_is_cash_once() -> None:
    advance = receipt(2, 120, ndsCalculated20=20)
    offset = receipt(3, 80, totalSum=200, prePaymentTotalSum=120, nds20=33)
    books = keep_books([opening(), z_report(receipts=2), advance, offset])
    assert books.amounts == [("cash_income", 200)]


def test_a_sole_proprietor_may_keep_no_cash_documents_and_the_income_is_recorded() -> None:
    books = keep_books([opening(), z_report(), receipt(2, 100)], keeps_cash_documents=False)
    assert (books.shift()["outcome"], books.shift()["reason"]) == ("no_cash", "no_cash_documents_kept")
    assert cash_of(books) == [100, 0, 0, 0]
    assert books.orders.empty


def test_a_sole_proprietor_s_incomplete_shift_is_incomplete_all_the_same() -> None:
    assert keep_books([z_report()], keeps_cash_documents=False).outcomes() == {1: "incomplete"}


# --- receipts that cannot be true


@pytest.mark.parametrize(
    "fields",
    [{"totalSum": 99}, {"totalSum": 101}, {"prePaymentTotalSum": 1}, {"ecashTotalSum": 100}, {"cashTotalSum": None}],
)
def test_a_receipt_whose_total_is_not_the_sum_of_its_payments_is_rejected(fields: dict[str, Any]) -> None:
    books = keep_books([opening(), z_report(receipts=2), receipt(2, 100, **fields), receipt(3, 7)])
    (reject,) = records(books.rejects)
    assert (reject["reason"], reject["fiscal_document_number"], reject["page_id"]) == (
        "total_not_its_payments",
        2,
        1,
    )
    assert books.shift()["reason"] == reason(Reason.RECEIPTS_NOT_WHOLE, read=1, expected=2)


def test_a_rejected_receipt_costs_other_shifts_nothing() -> None:
    books = keep_books([z_report(1, 10), receipt(2, 100, totalSum=1), z_report(2, 20), receipt(12, 5, shift=2)])
    assert books.outcomes() == {1: "incomplete", 2: "issued"}


def test_receipts_of_one_number_that_differ_leave_their_shift_incomplete() -> None:
    books = keep_books([page(opening(), z_report(), receipt(2, 100)), page(receipt(2, 200), page_id=2)])
    assert books.outcomes() == {1: "incomplete"}


def test_receipts_that_are_reported_twice_are_counted_once() -> None:
    pages = [
        page(opening(), z_report(receipts=2), receipt(2, 100, nds20=17)),
        page(receipt(2, 100, nds20=17), receipt(3, 20, ndsNo=20), page_id=2),
    ]
    books = keep_books(
        pages,
        [totals_page(totals(1, sums(120, 2))), totals_page(totals(1, sums(120, 2)), page_id=51)],
        detail="receipts",
    )
    assert books.outcomes() == {1: "issued"}
    assert books.order_values("amount", "vat") == [(120, 17)]


def test_two_reports_of_the_vat_of_one_receipt_are_not_added_up() -> None:
    books = keep_books(
        [page(opening(), z_report(), receipt(2, 100, nds20=17)), page(receipt(2, 100, nds20=10), page_id=2)]
    )
    # The receipt has two contents, so both are rejected, and the shift lacks a receipt.
    assert books.outcomes() == {1: "incomplete"}
    assert books.order_values("vat") == []


# --- shapes


def test_frames_have_their_shape_even_when_empty() -> None:
    for documents, entries in (
        ([], []),
        ([z_report()], []),
        ([opening(), z_report(), receipt(2, 1, nds20=1)], [totals(1, sums(1, 1))]),
    ):
        for detail in ("totals", "receipts"):
            books = keep_books(documents, entries, detail=detail, refunds="net")
            for frame, schema in ((books.shifts, SHIFTS), (books.orders, ORDERS), (books.rejects, REJECTS)):
                assert {name: str(kind) for name, kind in frame.dtypes.items()} == dict(schema.columns)


def test_identifiers_stay_text_to_the_last() -> None:
    drive = "0000000003065868"
    books = keep_books([opening(drive=f"{drive}    "), z_report(drive=drive), receipt(2, 100, drive=f"{drive} ")])
    assert books.order_values("fiscal_drive_number") == [(drive,)]
    assert books.shift(1, drive)["kkt_reg_id"] == "0000000003065868"
