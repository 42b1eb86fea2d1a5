"""Every closed shift has one outcome, and its sums come from where they are provably whole."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.transform.frames import MONEY, ORDERS, REJECTS, SHIFTS
from tests.unit.transform.papers import (
    DRIVE, Books, keep_books, opening, page, receipt, records, sums, totals, totals_page, z_report,
)  # fmt: skip

NEW_DRIVE = "9999078900004793"
CASH = MONEY[:4]


def cash_of(books: Books, number: int = 1, drive: str = DRIVE) -> list[Any]:
    shift = books.shift(number, drive)
    return [shift[name] for name in CASH]


# --- where the sums come from


def test_whole_totals_are_taken_and_no_receipt_is_needed() -> None:
    entry = totals(1, sums(900, 3, card=50), returned=sums(100, 1, card=7), buy=sums(30, 1), returned_buy=sums(20, 1))
    books = keep_books([z_report(receipts=6)], [entry])
    shift = books.shift()
    assert [shift[name] for name in MONEY] == [900, 100, 30, 20, 50, 7]
    assert (shift["detail"], shift["outcome"], shift["receipts"]) == ("totals", "issued", 6)
    assert shift["opened_at"] == pd.Timestamp("2025-12-01 09:00")
    assert shift["evidence"] == "{1,50}"


RECEIPTS = [
    receipt(2, 400, card=50), receipt(3, 500, kind="bso"), receipt(4, 100, card=7, operation=2), receipt(5, 30, operation=3),
    receipt(6, 20, operation=4), receipt(7, 60, kind="receiptCorrection"),
]  # fmt: skip


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


@pytest.mark.parametrize("told", [1, 7])
@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_a_shift_that_cannot_be_made_whole_is_incomplete_and_has_no_sums(told: int, detail: str) -> None:
    books = keep_books([z_report(receipts=told + 6), opening(), *RECEIPTS], [totals(1, sums(1, told))], detail=detail)
    shift = books.shift()
    assert (shift["outcome"], shift["reason"]) == ("incomplete", f"6 of {told + 6} receipts were read")
    assert [shift[name] for name in MONEY] == [None] * 6
    assert books.orders.empty


def test_more_receipts_than_the_z_report_counts_are_not_whole_either() -> None:
    books = keep_books([z_report(receipts=5), opening(), *RECEIPTS])
    assert books.shift()["reason"] == "6 of 5 receipts were read"


def test_totals_do_not_stand_for_receipts_where_receipts_are_wanted() -> None:
    assert keep_books([z_report()], [totals(1, sums(100, 1))], detail="receipts").outcomes() == {1: "incomplete"}


def test_receipts_of_another_shift_or_another_drive_are_not_counted() -> None:
    books = keep_books([z_report(), opening(), receipt(2, 100), receipt(3, 5, shift=2), receipt(2, 7, drive=NEW_DRIVE)])
    assert cash_of(books) == [100, 0, 0, 0]


def test_the_evidence_names_every_page_once_that_the_sums_come_from() -> None:
    pages = [
        page(z_report(receipts=3), page_id=1), page(opening(), receipt(2, 1), page_id=2), page(receipt(3, 1), receipt(4, 1), page_id=3),
    ]  # fmt: skip
    evidence = keep_books(pages).shift()["evidence"]
    assert sorted(evidence.strip("{}").split(",")) == ["1", "2", "3"]


# --- two witnesses


def test_receipts_and_totals_that_disagree_wait_for_a_person() -> None:
    books = keep_books([z_report(), opening(), receipt(2, 90)], [totals(1, sums(100, 1))], detail="receipts")
    assert (books.shift()["outcome"], books.shift()["reason"]) == (
        "needs_review", "receipts and totals by shift tell different cash",
    )  # fmt: skip
    assert books.orders.empty


def test_receipts_that_were_read_for_a_neighbour_and_disagree_with_the_totals_are_not_ignored() -> None:
    books = keep_books([z_report(), opening(), receipt(2, 90)], [totals(1, sums(100, 1))], detail="totals")
    assert books.outcomes() == {1: "needs_review"}


def test_a_difference_in_any_operation_is_seen() -> None:
    documents = [opening(), z_report(), receipt(2, 100, operation=2)]
    books = keep_books(documents, [totals(1, returned=sums(0, 0), buy=sums(100, 1))], detail="receipts")
    assert books.outcomes() == {1: "needs_review"}


def test_totals_that_tell_of_cash_where_the_z_report_counts_no_receipts_are_not_passed_over() -> None:
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
        "a correction of an earlier day's cash",
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


# --- which day


def test_a_shift_across_midnight_is_dated_by_its_close() -> None:
    documents = [z_report(closed="2025-12-02T00:10:00"), opening(opened="23:50"), receipt(2, 1, formed="23:55")]
    assert keep_books(documents).shift()["order_day"] == pd.Timestamp("2025-12-02")
    assert keep_books(documents, date_policy="shift_open").shift()["order_day"] == pd.Timestamp("2025-12-01")


def test_a_shift_across_new_year_is_dated_by_the_policy() -> None:
    documents = [
        z_report(closed="2026-01-01T01:00:00", receipts=2), opening(opened="2025-12-31T20:00:00"),
        receipt(2, 120, formed="2025-12-31T23:59:59", nds20=20), receipt(3, 122, formed="2026-01-01T00:00:00", nds22=22),
    ]  # fmt: skip
    books = keep_books(documents)
    assert books.told("day", "amount", "vat", "vat_by_rate") == [
        (pd.Timestamp("2026-01-01"), 242, 42, '{"20": 20, "22": 22}')
    ]
    opened = keep_books(documents, date_policy="shift_open")
    assert opened.told("day", "amount") == [(pd.Timestamp("2025-12-31"), 242)]


def test_a_shift_that_was_forgotten_for_days_is_dated_by_its_close() -> None:
    books = keep_books([z_report(closed="2025-12-09T08:00:00"), opening(), receipt(2, 1)])
    assert books.shift()["order_day"] == pd.Timestamp("2025-12-09")


def test_the_opening_may_be_told_by_the_totals() -> None:
    books = keep_books(
        [z_report(closed="2025-12-02T01:00:00")],
        [totals(1, sums(1, 1), closed="2025-12-02T01:00:00")],
        date_policy="shift_open",
    )
    assert books.shift()["order_day"] == pd.Timestamp("2025-12-01")
    assert books.outcomes() == {1: "issued"}


@pytest.mark.parametrize("papers", [[], [opening(opened="1970-01-01T00:00:00")]])
def test_a_shift_whose_opening_nobody_tells_cannot_be_dated_by_it(papers: list[Any]) -> None:
    books = keep_books([z_report(), receipt(2, 1), *papers], date_policy="shift_open")
    assert (books.shift()["outcome"], books.shift()["reason"]) == ("incomplete", "nothing tells when it was opened")
    assert keep_books([z_report(), receipt(2, 1), *papers]).outcomes() == {1: "issued"}


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_a_shift_that_was_closed_before_it_was_opened_is_not_booked(detail: str) -> None:
    entry = totals(1, sums(1, 1), opened="21:00")
    books = keep_books([z_report(), opening(opened="21:00"), receipt(2, 1)], [entry], detail=detail)
    assert (books.shift()["outcome"], books.shift()["reason"]) == ("incomplete", "closed before it was opened")
    assert books.orders.empty


# --- several shifts


def test_two_shifts_a_day_are_two() -> None:
    books = keep_books(
        [
            z_report(1, 10, closed="14:00"), opening(1, 1), receipt(2, 100), z_report(2, 20, closed="22:00"),
            opening(2, 11, opened="14:01"), receipt(12, 200, shift=2, formed="15:00"),
        ]
    )  # fmt: skip
    assert books.told("shift_number", "day", "amount") == [
        (1, pd.Timestamp("2025-12-01"), 100),
        (2, pd.Timestamp("2025-12-01"), 200),
    ]


def test_two_shifts_of_one_number_are_two_where_the_drive_was_replaced() -> None:
    books = keep_books(
        [
            z_report(3, 300), opening(3, 290), receipt(291, 100, shift=3), z_report(3, 30, drive=NEW_DRIVE, closed="22:00"),
            opening(3, 20, drive=NEW_DRIVE, opened="20:10"), receipt(21, 700, shift=3, drive=NEW_DRIVE, formed="21:00"),
        ],
        [totals(3, sums(100, 1)), totals(3, sums(700, 1), opened="20:10", closed="22:00")],
    )  # fmt: skip
    assert (cash_of(books, 3, DRIVE), cash_of(books, 3, NEW_DRIVE)) == ([100, 0, 0, 0], [700, 0, 0, 0])
    assert books.told("fiscal_drive_number", "shift_number", "amount") == [(DRIVE, 3, 100), (NEW_DRIVE, 3, 700)]


def test_every_shift_has_one_outcome_and_they_add_up() -> None:
    books = keep_books(
        [
            z_report(1, 10), receipt(2, 100),
            z_report(2, 20), receipt(12, 0, card=100, shift=2),
            z_report(3, 30, receipts=2), receipt(22, 5, shift=3),
            z_report(4, 40), receipt(32, 5, shift=4, kind="receiptCorrection", correctionDocumentDate="2025-11-01T00:00:00"),
            z_report(5, 50, receipts=0),
        ]
    )  # fmt: skip
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
    assert (books.shift()["outcome"], books.shift()["reason"]) == ("no_cash", "keeps no cash documents")
    assert cash_of(books) == [100, 0, 0, 0]
    assert books.orders.empty


def test_a_sole_proprietor_s_incomplete_shift_is_incomplete_all_the_same() -> None:
    assert keep_books([z_report()], keeps_cash_documents=False).outcomes() == {1: "incomplete"}


# --- receipts that cannot be true


@pytest.mark.parametrize(
    "fields",
    [{"totalSum": 99}, {"totalSum": 101}, {"prePaymentTotalSum": 1}, {"ecashTotalSum": 100}, {"cashTotalSum": None}],
)
def test_a_receipt_whose_total_is_not_the_sum_of_its_payments_is_put_aside(fields: dict[str, Any]) -> None:
    books = keep_books([opening(), z_report(receipts=2), receipt(2, 100, **fields), receipt(3, 7)])
    (reject,) = records(books.rejects)
    assert (reject["reason"], reject["fiscal_document_number"], reject["page_id"]) == (
        "the total is not the sum of its payments",
        2,
        1,
    )
    assert books.shift()["reason"] == "1 of 2 receipts were read"


def test_a_receipt_that_was_put_aside_costs_other_shifts_nothing() -> None:
    books = keep_books([z_report(1, 10), receipt(2, 100, totalSum=1), z_report(2, 20), receipt(12, 5, shift=2)])
    assert books.outcomes() == {1: "incomplete", 2: "issued"}


def test_receipts_of_one_number_that_differ_leave_their_shift_incomplete() -> None:
    books = keep_books([page(opening(), z_report(), receipt(2, 100)), page(receipt(2, 200), page_id=2)])
    assert books.outcomes() == {1: "incomplete"}


def test_receipts_told_twice_are_counted_once() -> None:
    pages = [
        page(opening(), z_report(receipts=2), receipt(2, 100, nds20=17)),
        page(receipt(2, 100, nds20=17), receipt(3, 20), page_id=2),
    ]
    books = keep_books(
        pages,
        [totals_page(totals(1, sums(120, 2))), totals_page(totals(1, sums(120, 2)), page_id=51)],
        detail="receipts",
    )
    assert books.outcomes() == {1: "issued"}
    assert books.told("amount", "vat") == [(120, 17)]


def test_vat_told_in_two_ways_is_not_added_up() -> None:
    books = keep_books(
        [page(opening(), z_report(), receipt(2, 100, nds20=17)), page(receipt(2, 100, nds20=10), page_id=2)]
    )
    assert [row for row in books.told("vat") if row != (17,)] == []


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
    assert books.told("fiscal_drive_number") == [(drive,)]
    assert books.shift(1, drive)["kkt_reg_id"] == "0000000003065868"
