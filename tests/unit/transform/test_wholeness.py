"""Totals replace the receipts of a shift only where they are provably its own and whole."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from smena.transform.frames import SHIFT_TOTALS
from smena.transform.reading import read_documents
from smena.transform.totals import read_shift_totals
from smena.transform.wholeness import closed_through, shifts_needing_receipts, whole_totals, without_z_report
from tests.unit.transform.builders import DRIVE, KKT, page, records, sums, totals, totals_page, z_report

NEW_DRIVE = "9999078900004793"


def frames(documents: list[Any], *pages: list[Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Z-reports, and the entries of these answers of by-shifts."""
    totals_rows, _ = read_shift_totals([totals_page(*entries, page_id=50 + n) for n, entries in enumerate(pages)])
    return read_documents([page(*documents)]).z_reports, totals_rows


def whole(documents: list[Any], *pages: list[Any]) -> list[bool]:
    return list(whole_totals(*frames(documents, *pages))["whole"])


def needing(documents: list[Any], *pages: list[Any], detail: str = "totals") -> list[dict[str, Any]]:
    return records(shifts_needing_receipts(*frames(documents, *pages), detail))


def test_totals_with_both_ends_and_every_receipt_are_whole() -> None:
    assert whole(
        [z_report(receipts=10)], [totals(1, sums(100, 7), returned=sums(1, 1), buy=sums(1, 1), returned_buy=sums(1, 1))]
    ) == [True]


@pytest.mark.parametrize("count", [9, 11, 0])
def test_counts_that_do_not_add_up_are_not_whole(count: int) -> None:
    assert whole([z_report(receipts=10)], [totals(1, sums(100, count))]) == [False]


@pytest.mark.parametrize("ends", [{"opened": None}, {"closed": None}, {"opened": None, "closed": None}])
def test_partial_sums_at_the_window_s_edge_are_not_whole(ends: dict[str, None]) -> None:
    assert whole([z_report(receipts=10)], [totals(1, sums(100, 10), **ends)]) == [False]


def test_a_wider_window_makes_partial_sums_whole() -> None:
    partial, entire = totals(1, sums(40, 4), opened=None), totals(1, sums(100, 10))
    assert whole([z_report(receipts=10)], [partial], [entire]) == [True]


def test_the_same_totals_reported_twice_are_one() -> None:
    assert whole([z_report()], [totals(1, sums(100, 1))], [totals(1, sums(100, 1))]) == [True]


def test_two_different_totals_of_one_shift_prove_nothing() -> None:
    assert whole([z_report()], [totals(1, sums(100, 1))], [totals(1, sums(101, 1))]) == [False]


def test_totals_of_another_register_or_another_end_are_not_its_own() -> None:
    totals_rows, _ = read_shift_totals([totals_page(totals(1, sums(100, 1)))])
    reports = read_documents([page(z_report(), z_report(2, 200, closed="20:00"))]).z_reports
    assert list(
        whole_totals(reports, totals_rows.assign(kkt_reg_id="0000000000000001").astype(SHIFT_TOTALS.columns))["whole"]
    ) == [False, False]
    assert whole([z_report(closed="20:01")], [totals(1, sums(100, 1))]) == [False]


def test_two_shifts_of_one_number_in_one_window_are_told_apart_by_their_end() -> None:
    reports = [
        z_report(3, 300, drive=DRIVE),
        z_report(3, 30, drive=NEW_DRIVE, closed="2025-12-04T20:00:00", receipts=2),
    ]
    entries = [
        totals(3, sums(100, 1)), totals(3, sums(200, 2), opened="2025-12-04T09:00:00", closed="2025-12-04T20:00:00"),
    ]  # fmt: skip
    totals_rows = whole_totals(*frames(reports, entries))
    assert list(totals_rows["whole"]) == [True, True]
    assert list(totals_rows["cash_income"]) == [100, 200]


def test_two_shifts_of_one_number_and_one_end_prove_nothing() -> None:
    reports = [z_report(3, 300, drive=DRIVE), z_report(3, 30, drive=NEW_DRIVE)]
    assert whole(reports, [totals(3, sums(100, 1))]) == [False, False]


def test_the_index_of_the_z_reports_is_kept() -> None:
    reports, totals_rows = frames([z_report(1, 100), z_report(2, 200, closed="21:00")], [totals(1, sums(100, 1))])
    assert list(whole_totals(reports.set_axis([7, 3]), totals_rows).index) == [7, 3]


def test_without_z_reports_or_totals_nothing_is_whole() -> None:
    assert whole([]) == []
    assert whole([z_report()]) == [False]
    assert whole([], [totals(1, sums(1, 1))]) == []


# --- which receipts must be read


def test_receipts_of_whole_shifts_are_not_read() -> None:
    totals_rows = needing([z_report(1, 100), z_report(2, 200, closed="2025-12-02T20:00:00")], [totals(1, sums(100, 1))])
    assert [row["shift_number"] for row in totals_rows] == [2]


def test_receipts_are_read_of_every_shift_where_that_is_wanted() -> None:
    assert [row["shift_number"] for row in needing([z_report()], [totals(1, sums(100, 1))], detail="receipts")] == [1]


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_a_shift_without_receipts_needs_none(detail: str) -> None:
    assert needing([z_report(receipts=0)], detail=detail) == []


def test_a_shift_begins_where_its_totals_say_or_after_the_one_before_it() -> None:
    reports = [
        z_report(1, 100),
        z_report(2, 200, closed="2025-12-02T20:00:00"),
        z_report(4, 400, closed="2025-12-04T20:00:00"),
        z_report(3, 30, closed="2025-12-05T20:00:00", drive=NEW_DRIVE),
    ]
    totals_rows = needing(reports, [totals(1, sums(100, 5))])
    begins = {(row["fiscal_drive_number"], row["shift_number"]): row["opened_at"] for row in totals_rows}
    assert begins == {
        (DRIVE, 1): pd.Timestamp("2025-12-01 09:00"),
        (DRIVE, 2): pd.Timestamp("2025-12-01 20:00"),
        (DRIVE, 4): None,  # the third did not come: nothing tells
        (NEW_DRIVE, 3): None,  # another drive's second shift is not the one before
    }


def test_the_order_of_z_reports_does_not_matter() -> None:
    reports = [z_report(n, n * 100, closed=f"2025-12-0{n}T20:00:00") for n in (3, 1, 2)]
    begins = {row["shift_number"]: row["opened_at"] for row in needing(reports)}
    assert begins == {1: None, 2: pd.Timestamp("2025-12-01 20:00"), 3: pd.Timestamp("2025-12-02 20:00")}


def test_a_clock_that_was_ahead_does_not_let_a_shift_begin_after_its_end() -> None:
    reports = [z_report(1, 100, closed="2025-12-20T20:00:00"), z_report(2, 200, closed="2025-12-02T20:00:00")]
    (totals_rows,) = [row for row in needing(reports) if row["shift_number"] == 2]
    assert totals_rows["opened_at"] is None or totals_rows["opened_at"] <= totals_rows["closed_at"]


def test_a_z_report_without_its_time_asks_for_nothing() -> None:
    assert needing([z_report(closed="1970-01-01T00:00:00")]) == []


def test_a_batch_ends_with_its_last_day() -> None:
    ends = [
        "2025-12-02T23:59:59",
        "2025-12-03T00:00:00",
        "9999-12-31T23:59:59",
        "1970-01-01T00:00:00",
        "2025-12-01T00:00:00",
    ]
    reports, _ = frames([z_report(n, n * 10, closed=closed) for n, closed in enumerate(ends, 1)])
    assert list(closed_through(reports, date(2025, 12, 2))["shift_number"]) == [1, 4, 5]


# --- shifts that only the totals know


def test_a_closed_shift_without_its_z_report_is_named_once() -> None:
    reports, totals_rows = frames(
        [z_report(1, 100)], [totals(1, sums(100, 1)), totals(2, sums(5, 1))], [totals(2, sums(5, 1))]
    )
    missing = without_z_report(reports, totals_rows)
    assert list(missing["shift_number"]) == [2]
    assert {name: str(kind) for name, kind in missing.dtypes.items()} == dict(SHIFT_TOTALS.columns)


def test_a_shift_that_is_open_or_ends_outside_the_window_is_not_missing() -> None:
    assert without_z_report(*frames([], [totals(1, closed=None)])).empty


def test_a_shift_of_one_number_in_a_new_drive_is_missing_by_its_own_end() -> None:
    reports, totals_rows = frames([z_report(1, 100)], [totals(1), totals(1, opened=None, closed="2025-12-04T20:00:00")])
    assert [row["closed_at"] for row in records(without_z_report(reports, totals_rows))] == [
        pd.Timestamp("2025-12-04 20:00")
    ]


def test_where_no_z_report_came_every_closed_shift_is_missing() -> None:
    missing = without_z_report(*frames([], [totals(1), totals(2, closed="21:00")]))
    assert list(missing["shift_number"]) == [1, 2]
    assert set(missing["kkt_reg_id"]) == {KKT}


def test_exact_vat_needs_the_receipts_of_cash_whose_vat_the_totals_lack() -> None:
    known = sums(12_000, 1) | {"nds": {"rate20": 2_000}}
    mixed = sums(12_000, 1, card=60) | {"nds": {"rate20": 2_010}}
    by_card = sums(0, 1, card=60)
    reports = [z_report(number, number * 100) for number in (1, 2, 3, 4)]
    z_reports, totals_rows = frames(reports, [totals(1, known), totals(2, mixed), totals(3, by_card)])
    needed = shifts_needing_receipts(z_reports, totals_rows, "totals", vat="exact")
    assert needed[["shift_number", "only_for_vat"]].to_numpy().tolist() == [[2, True], [4, False]]
    assert list(shifts_needing_receipts(z_reports, totals_rows, "totals")["shift_number"]) == [4]
    assert not shifts_needing_receipts(z_reports, totals_rows, "receipts", vat="exact")["only_for_vat"].any()
