"""The day of a shift's orders."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.transform.frames import MONEY
from tests.unit.transform.builders import (
    keep_books,
    opening,
    receipt,
    sums,
    totals,
    z_report,
)  # fmt: skip

NEW_DRIVE = "9999078900004793"
CASH = MONEY[:4]


def test_a_shift_across_midnight_is_dated_by_its_close() -> None:
    documents = [z_report(closed="2025-12-02T00:10:00"), opening(opened="23:50"), receipt(2, 1, formed="23:55")]
    assert keep_books(documents).shift()["order_day"] == pd.Timestamp("2025-12-02")
    assert keep_books(documents, date_policy="shift_open").shift()["order_day"] == pd.Timestamp("2025-12-01")


def test_a_shift_across_new_year_is_dated_by_the_policy() -> None:
    documents = [
        z_report(closed="2026-01-01T01:00:00", receipts=2),
        opening(opened="2025-12-31T20:00:00"),
        receipt(2, 120, formed="2025-12-31T23:59:59", nds20=20),
        receipt(3, 122, formed="2026-01-01T00:00:00", nds22=22),
    ]
    books = keep_books(documents)
    assert books.order_values("day", "amount", "vat", "vat_by_rate") == [
        (pd.Timestamp("2026-01-01"), 242, 42, '{"20": 20, "22": 22}')
    ]
    opened = keep_books(documents, date_policy="shift_open")
    assert opened.order_values("day", "amount") == [(pd.Timestamp("2025-12-31"), 242)]


def test_a_shift_that_was_forgotten_for_days_is_dated_by_its_close() -> None:
    books = keep_books([z_report(closed="2025-12-09T08:00:00"), opening(), receipt(2, 1)])
    assert books.shift()["order_day"] == pd.Timestamp("2025-12-09")


@pytest.mark.parametrize(
    ("source_documents", "outcome"),
    [
        ([opening()], "issued"),
        ([], "incomplete"),
        ([opening(opened="2025-11-30T23:00:00")], "incomplete"),
        ([opening(opened="2025-11-30T23:00:00"), receipt(2, 1)], "issued"),
    ],
    ids=["both alike", "the totals alone", "both differ", "both differ, and the receipts are read"],
)
def test_an_order_is_dated_by_an_opening_that_two_answers_report_alike(
    source_documents: list[Any], outcome: str
) -> None:
    books = keep_books(
        [z_report(closed="2025-12-02T01:00:00"), *source_documents],
        [totals(1, sums(1, 1), closed="2025-12-02T01:00:00")],
        date_policy="shift_open",
    )
    assert books.outcomes() == {1: outcome}
    assert keep_books(
        [z_report(closed="2025-12-02T01:00:00"), *source_documents],
        [totals(1, sums(1, 1), closed="2025-12-02T01:00:00")],
    ).outcomes() == {1: "issued"}


@pytest.mark.parametrize("source_documents", [[], [opening(opened="1970-01-01T00:00:00")]])
def test_a_shift_without_an_opening_cannot_be_dated_by_it(source_documents: list[Any]) -> None:
    books = keep_books([z_report(), receipt(2, 1), *source_documents], date_policy="shift_open")
    assert (books.shift()["outcome"], books.shift()["reason"]) == ("incomplete", "opening_unknown")
    assert keep_books([z_report(), receipt(2, 1), *source_documents]).outcomes() == {1: "issued"}


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_a_shift_that_was_closed_before_it_was_opened_is_not_booked(detail: str) -> None:
    entry = totals(1, sums(1, 1), opened="21:00")
    books = keep_books([z_report(), opening(opened="21:00"), receipt(2, 1)], [entry], detail=detail)
    assert (books.shift()["outcome"], books.shift()["reason"]) == ("incomplete", "closed_before_opened")
    assert books.orders.empty
