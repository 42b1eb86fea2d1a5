"""Totals by shift: entries into rows, and invalid ones into rejects."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from smena.transform.frames import REJECTS, SHIFT_TOTALS
from smena.transform.pages import RawPage
from smena.transform.totals import last_close_without_opening, read_shift_totals
from tests.unit.transform.assertions import conforms, one
from tests.unit.transform.builders import (
    KKT,
    records,
    sums,
    totals,
    totals_page,
)


def test_totals_are_read_with_all_their_fields() -> None:
    entry = totals(7, sums(100, 1, card=30), returned=sums(20, 2, card=5), buy=sums(3, 3), returned_buy=sums(1, 4))
    parsed, broken = read_shift_totals([totals_page(entry)])
    assert one(parsed) == {
        "page_id": 50, "kkt_reg_id": KKT, "shift_number": 7, "opened_at": pd.Timestamp("2025-12-01 09:00"),
        "closed_at": pd.Timestamp("2025-12-01 20:00"), "receipts": 10, "cash_income": 100,
        "cash_refund": 20, "cash_payout": 3, "cash_payout_refund": 1, "cashless_income": 30, "cashless_refund": 5,
        "is_unconfirmed": False, "cash_income_vat": None, "cash_income_vat_by_rate": None, "cash_refund_vat": None,
        "cash_refund_vat_by_rate": None, "cash_payout_vat": 1, "cash_payout_vat_by_rate": '{"20": 1}',
        "cash_payout_refund_vat": None, "cash_payout_refund_vat_by_rate": None,
    }  # fmt: skip
    assert broken.empty
    assert conforms(parsed, SHIFT_TOTALS) and conforms(broken, REJECTS)


def test_an_absent_end_is_missing() -> None:
    parsed, _ = read_shift_totals(
        [totals_page(totals(1, opened=None), totals(2, closed=None), totals(3, opened="1970-01-01T00:00:00"))]
    )
    assert [row["opened_at"] for row in records(parsed)] == [None, pd.Timestamp("2025-12-01 09:00"), None]
    assert records(parsed)[1]["closed_at"] is None


BROKEN_ENTRIES: list[Any] = [
    None,
    {},
    totals(sell=sums(-1, 1)),
    totals(sell=sums(10**13 + 1, 1)),
    totals(sell=sums(1, -1)),
    totals(sell={"cashTotal": 1}),
    totals(shiftNumber=0),
    totals(shiftClose="2025-12-01T20:00:00Z"),
    totals(buy={"cashTotal": None, "cashlessTotal": 0, "count": 0}),
]


def test_invalid_entries_are_rejected_and_cost_their_neighbours_nothing() -> None:
    parsed, broken = read_shift_totals(
        [totals_page(totals(1), *BROKEN_ENTRIES, totals(2, sums(100) | {"cashTotal": "100"}))]
    )
    assert list(parsed["shift_number"]) == [1, 2]
    assert list(parsed["cash_income"]) == [0, 100]
    assert [json.loads(record) for record in broken["record"]] == BROKEN_ENTRIES
    assert set(broken["kind"]) == {"byShifts"}


@pytest.mark.parametrize("section", ["sell", "returnSell", "buy", "returnBuy"])
def test_sums_that_are_more_than_their_total_are_rejected(section: str) -> None:
    bent = totals(1) | {section: sums(100, 1, card=50) | {"total": 149}}
    parsed, broken = read_shift_totals([totals_page(bent, totals(2, sums(100, 1) | {"total": 180}))])
    assert list(parsed["shift_number"]) == [2]
    assert one(broken)["reason"] == "overpaid"


@pytest.mark.parametrize("data", [b"<html>", b"[]", b"{}", b'{"shifts": null}', b'{"shifts": [', b'{"items": []}'])
def test_totals_that_cannot_be_read_are_one_reject(data: bytes) -> None:
    parsed, broken = read_shift_totals([RawPage(3, KKT, data), totals_page(totals(1))])
    assert len(parsed) == 1
    assert (one(broken)["page_id"], one(broken)["record"]) == (3, data.decode())


def test_no_totals_are_an_empty_frame_of_its_shape() -> None:
    for pages in ([], [RawPage(1, KKT, b"")], [totals_page()]):
        parsed, broken = read_shift_totals(pages)
        assert parsed.empty and broken.empty
        assert conforms(parsed, SHIFT_TOTALS) and conforms(broken, REJECTS)


def test_the_last_shift_that_began_before_the_answer_is_found() -> None:
    entries = [
        totals(1, opened=None, closed="2025-12-01T02:00:00"),
        totals(2, opened=None, closed="2025-12-04T02:00:00"),
        totals(3, closed="2025-12-05T20:00:00"),
        totals(4, closed=None),
        totals(5, opened=None, closed=None),
    ]
    answer = totals_page(*entries).body
    assert last_close_without_opening(answer, date(2025, 12, 1)) == date(2025, 12, 4)
    assert last_close_without_opening(answer, date(2025, 12, 5)) is None


@pytest.mark.parametrize("data", [b"", b"  ", b"<html>", b"[]", b"{}", b'{"shifts": []}', b'{"shifts": [null]}'])
def test_an_answer_without_readable_shifts_has_no_such_shift(data: bytes) -> None:
    assert last_close_without_opening(data, date(2025, 12, 1)) is None


@pytest.mark.parametrize("left_out", [["buy"], ["returnSell", "buy", "returnBuy"], ["sell", "returnSell"]])
@pytest.mark.parametrize("is_null", [False, True])
def test_an_operation_that_is_left_out_had_no_receipts(left_out: list[str], is_null: bool) -> None:
    whole = totals(1)
    entry = {name: value for name, value in whole.items() if name not in left_out}
    zeros = {name: {"cashTotal": 0, "cashlessTotal": 0, "total": 0, "count": 0} for name in left_out}
    parsed, broken = read_shift_totals([totals_page(entry | (dict.fromkeys(left_out) if is_null else {}))])
    expected, _ = read_shift_totals([totals_page(whole | zeros)])
    assert broken.empty
    pd.testing.assert_frame_equal(parsed, expected)


@pytest.mark.parametrize(
    "block", [{}, {"count": 0}, {"cashTotal": 0, "count": 0}, {"cashTotal": 0, "cashlessTotal": 0}]
)
def test_an_operation_of_which_a_part_is_left_out_cannot_be_read(block: dict[str, int]) -> None:
    parsed, broken = read_shift_totals([totals_page(totals(1) | {"sell": block}, totals(2))])
    assert list(parsed["shift_number"]) == [2]
    assert len(broken) == 1


def test_a_byte_order_mark_is_json() -> None:
    page = totals_page(totals(1))
    marked = RawPage(page.page_id, page.unit_id, b"\xef\xbb\xbf" + page.body)
    parsed, broken = read_shift_totals([marked])
    assert (len(parsed), len(broken)) == (1, 0)
