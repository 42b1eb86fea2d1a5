"""A shift's sums come from where they are provably whole; where receipts and totals differ, a person decides."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.transform.frames import MONEY
from tests.unit.transform.builders import (
    DRIVE,
    Result,
    keep_books,
    opening,
    page,
    receipt,
    sums,
    totals,
    z_report,
)  # fmt: skip

NEW_DRIVE = "9999078900004793"
CASH = MONEY[:4]


def cash_of(books: Result, number: int = 1, drive: str = DRIVE) -> list[Any]:
    shift = books.shift(number, drive)
    return [shift[name] for name in CASH]


def test_whole_totals_are_taken_and_no_receipt_is_needed() -> None:
    entry = totals(1, sums(900, 3, card=50), returned=sums(100, 1, card=7), buy=sums(30, 1), returned_buy=sums(20, 1))
    books = keep_books([z_report(receipts=6)], [entry])
    shift = books.shift()
    assert [shift[name] for name in MONEY] == [900, 100, 30, 20, 50, 7]
    assert (shift["detail"], shift["outcome"], shift["receipts"]) == ("totals", "issued", 6)
    assert shift["opened_at"] == pd.Timestamp("2025-12-01 09:00")
    assert shift["evidence"] == "{1,50}"


RECEIPTS = [
    receipt(2, 400, card=50),
    receipt(3, 500, kind="bso"),
    receipt(4, 100, card=7, operation=2),
    receipt(5, 30, operation=3),
    receipt(6, 20, operation=4),
    receipt(7, 60, kind="receiptCorrection", correctionDocumentDate="2025-12-01"),
]


@pytest.mark.parametrize(
    "entries",
    [
        [], [totals(1, sums(999, 7))], [totals(1, sums(960, 5), opened=None)], [totals(1, sums(960, 5), closed=None)],
        [totals(1, sums(1, 6)), totals(1, sums(2, 6))],
    ],
    ids=["no totals", "counts that do not add up", "opened before the window", "closed after the window", "two totals"],
)  # fmt: skip
def test_receipts_are_taken_where_totals_are_not_whole(entries: list[Any]) -> None:
    books = keep_books([z_report(receipts=6), opening(), *RECEIPTS], entries)
    shift = books.shift()
    assert [shift[name] for name in MONEY] == [960, 100, 30, 20, 50, 7]
    assert (shift["detail"], shift["outcome"]) == ("receipts", "issued")


def test_receipts_are_always_taken_where_that_is_wanted() -> None:
    entry = totals(1, sums(960, 3, card=50), returned=sums(100, 1, card=7), buy=sums(30, 1), returned_buy=sums(20, 1))
    books = keep_books([z_report(receipts=6), opening(), *RECEIPTS], [entry], detail="receipts")
    assert (books.shift()["detail"], books.shift()["outcome"], cash_of(books)) == (
        "receipts",
        "issued",
        [960, 100, 30, 20],
    )


@pytest.mark.parametrize("text", [1, 7])
@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_a_shift_that_cannot_be_made_whole_is_incomplete_and_has_no_sums(text: int, detail: str) -> None:
    books = keep_books([z_report(receipts=text + 6), opening(), *RECEIPTS], [totals(1, sums(1, text))], detail=detail)
    shift = books.shift()
    assert (shift["outcome"], shift["reason"]) == (
        "incomplete",
        reason(Reason.RECEIPTS_NOT_WHOLE, read=6, expected=text + 6),
    )
    assert [shift[name] for name in MONEY] == [None] * 6
    assert books.orders.empty


def test_more_receipts_than_the_z_report_counts_are_not_whole_either() -> None:
    books = keep_books([z_report(receipts=5), opening(), *RECEIPTS])
    assert books.shift()["reason"] == reason(Reason.RECEIPTS_NOT_WHOLE, read=6, expected=5)


def test_totals_do_not_replace_receipts_where_receipts_are_wanted() -> None:
    assert keep_books([z_report()], [totals(1, sums(100, 1))], detail="receipts").outcomes() == {1: "incomplete"}


def test_receipts_of_another_shift_or_another_drive_are_not_counted() -> None:
    books = keep_books([z_report(), opening(), receipt(2, 100), receipt(3, 5, shift=2), receipt(2, 7, drive=NEW_DRIVE)])
    assert cash_of(books) == [100, 0, 0, 0]


def test_the_evidence_names_every_page_once_that_the_sums_come_from() -> None:
    pages = [
        page(z_report(receipts=3), page_id=1),
        page(opening(), receipt(2, 1), page_id=2),
        page(receipt(3, 1), receipt(4, 1), page_id=3),
    ]
    evidence = keep_books(pages).shift()["evidence"]
    assert sorted(evidence.strip("{}").split(",")) == ["1", "2", "3"]


# --- receipts against totals


def test_receipts_and_totals_that_disagree_wait_for_a_person() -> None:
    books = keep_books([z_report(), opening(), receipt(2, 90)], [totals(1, sums(100, 1))], detail="receipts")
    assert (books.shift()["outcome"], books.shift()["reason"]) == (
        "needs_review", "receipts_and_totals_disagree",
    )  # fmt: skip
    assert books.orders.empty


def test_receipts_that_were_read_for_a_neighbour_and_disagree_with_the_totals_are_not_ignored() -> None:
    books = keep_books([z_report(), opening(), receipt(2, 90)], [totals(1, sums(100, 1))], detail="totals")
    assert books.outcomes() == {1: "needs_review"}


def test_a_difference_in_any_operation_is_seen() -> None:
    documents = [opening(), z_report(), receipt(2, 100, operation=2)]
    books = keep_books(documents, [totals(1, returned=sums(0, 0), buy=sums(100, 1))], detail="receipts")
    assert books.outcomes() == {1: "needs_review"}


def test_totals_with_cash_where_the_z_report_counts_no_receipts_are_not_ignored() -> None:
    books = keep_books([z_report(receipts=0), opening()], [totals(1, sums(100, 3))])
    assert books.outcomes() == {1: "needs_review"}


@pytest.mark.parametrize("detail", ["totals", "receipts"])
@pytest.mark.parametrize("kind", ["receiptCorrection", "bsoCorrection"])
def test_a_correction_of_an_earlier_day_s_cash_waits_for_a_person(detail: str, kind: str) -> None:
    earlier = receipt(3, 50, kind=kind, correctionDocumentDate="2025-11-30T00:00:00")
    books = keep_books(
        [z_report(receipts=2), opening(), receipt(2, 100), earlier], [totals(1, sums(150, 2))], detail=detail
    )
    assert (books.shift()["outcome"], books.shift()["reason"]) == (
        "needs_review",
        "correction_of_earlier_day",
    )
    assert books.orders.empty


def test_a_correction_is_seen_even_where_no_other_receipt_was_read() -> None:
    earlier = receipt(3, 50, kind="receiptCorrection", correctionDocumentDate="2025-11-30T00:00:00")
    assert keep_books([z_report(receipts=2), earlier], [totals(1, sums(150, 2))]).outcomes() == {1: "needs_review"}


@pytest.mark.parametrize("detail", ["totals", "receipts"])
@pytest.mark.parametrize(
    "correction",
    [
        receipt(3, 50, kind="receiptCorrection", correctionDocumentDate="2025-12-01T00:00:00"),
        receipt(3, 0, card=50, kind="receiptCorrection", correctionDocumentDate="2025-11-30T00:00:00"),
    ],
    ids=["of the same day", "of an earlier day's cards"],
)
def test_other_corrections_are_booked(correction: Any, detail: str) -> None:
    paid = correction["receiptCorrection"]
    entry = totals(1, sums(100 + paid["cashTotalSum"], 2, card=paid["ecashTotalSum"]))
    books = keep_books([z_report(receipts=2), opening(), receipt(2, 100), correction], [entry], detail=detail)
    assert books.outcomes() == {1: "issued"}


def test_a_correction_that_cannot_be_read_keeps_its_shift_from_being_booked_by_totals() -> None:
    unread = receipt(3, 50, kind="receiptCorrection", operationType="?")
    books = keep_books([z_report(receipts=2), unread], [totals(1, sums(150, 2))])
    assert books.outcomes() != {1: "issued"}
