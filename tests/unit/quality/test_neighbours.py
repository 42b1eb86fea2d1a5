"""A z-report is checked against the documents and totals around it, and only the wrong one is rejected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from smena.quality import check_z_reports
from smena.transform.frames import OPENINGS, SHIFT_TOTALS, Z_REPORTS
from tests.invented import ROMASHKA

INN, KKT, DRIVE = ROMASHKA, "0000000003065868", "9999078900001234"
NOW = datetime(2026, 3, 10, 6, 0)


def week(*changes: dict[str, Any]) -> pd.DataFrame:
    """Z-reports of shifts 11, 12, … of a register, of 14 documents each, a day apart; each with its change."""
    rows = [
        {
            "page_id": 1,
            "kkt_reg_id": KKT,
            "fiscal_drive_number": DRIVE,
            "shift_number": 11 + n,
            "fiscal_document_number": 140 + 14 * n,
            "fiscal_sign": n,
            "closed_at": pd.Timestamp("2026-03-01 22:00") + pd.Timedelta(days=n),
            "received_at": pd.NaT,
            "receipts_quantity": 12,
            "documents_quantity": 14,
            "user_inn": INN,
        }
        | change
        for n, change in enumerate(changes)
    ]
    return Z_REPORTS.of({column: [row.get(column) for row in rows] for column in Z_REPORTS.columns})


def rejected_shifts(frame: pd.DataFrame, **beside: pd.DataFrame) -> list[int]:
    verdict = check_z_reports(frame, **beside, organization_inn=INN, now_utc=NOW)
    return [int(number) for number in verdict.bad["shift_number"]]


def opening(number: int, shift: int = 11) -> pd.DataFrame:
    row = {"page_id": 1, "kkt_reg_id": KKT, "fiscal_drive_number": DRIVE, "shift_number": shift}
    reported = row | {"fiscal_document_number": number, "opened_at": pd.Timestamp("2026-03-01 09:00")}
    return OPENINGS.of({column: [reported[column]] for column in OPENINGS.columns})


def stranger(closed: str, shift: int = 11) -> pd.DataFrame:
    """A closed shift that totals by shift have and that no z-report has."""
    fields = dict.fromkeys(SHIFT_TOTALS.columns, 0) | {
        "kkt_reg_id": KKT, "shift_number": shift, "opened_at": pd.NaT, "closed_at": pd.Timestamp(closed),
    }  # fmt: skip
    return SHIFT_TOTALS.of({column: [fields[column]] for column in SHIFT_TOTALS.columns})


@pytest.mark.parametrize(("first", "found"), [(127, []), (126, [11]), (128, [11])])
def test_a_shift_has_as_many_documents_as_its_two_reports_are_apart(first: int, found: list[int]) -> None:
    assert rejected_shifts(week({}, {}), openings=opening(first)) == found


def test_a_drive_with_one_wrong_digit_is_rejected_by_its_neighbours() -> None:
    assert rejected_shifts(week({}, {"fiscal_drive_number": "9999078900001235"}, {})) == [12]
    assert rejected_shifts(week({"fiscal_drive_number": "9999078900001235"}, {}, {})) == [11]


def test_of_two_drives_with_as_many_shifts_both_are_rejected() -> None:
    assert rejected_shifts(week({"fiscal_drive_number": "9999078900001235"}, {})) == [11, 12]


def test_a_new_drive_begins_anew() -> None:
    new = "9999078900001235"
    assert rejected_shifts(week({}, {}, *({"fiscal_drive_number": new, "shift_number": n} for n in (1, 2)))) == []


@pytest.mark.parametrize("number", [145, 153, 155, 1000])
def test_a_document_number_that_leaves_no_room_is_rejected_and_its_neighbours_are_not(number: int) -> None:
    assert rejected_shifts(week({}, {"fiscal_document_number": number}, {}, {})) == [12]


def test_documents_between_shifts_are_lawful() -> None:
    assert rejected_shifts(week({}, {"fiscal_document_number": 160}, {"fiscal_document_number": 180})) == []


def test_a_report_whose_closing_the_totals_contradict_is_rejected() -> None:
    assert rejected_shifts(week({}, {}), strangers=stranger("2026-03-01T21:00")) == [11]


def test_a_shift_of_the_same_number_long_ago_is_another_drive_s() -> None:
    assert rejected_shifts(week({}, {}), strangers=stranger("2026-01-01T21:00")) == []


def test_a_wrong_count_of_documents_is_rejected_and_both_neighbours_are_not() -> None:
    assert rejected_shifts(week({}, {}, {"documents_quantity": 20}, {}, {})) == [13]
