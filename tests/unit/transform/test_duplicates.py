"""A document that is reported twice is one; a key with two contents is ambiguous."""

from __future__ import annotations

import json

import pandas as pd

from smena.transform.duplicates import as_rejects, distinct
from smena.transform.frames import OPENINGS, REJECTS, Z_REPORTS
from tests.unit.transform.builders import DRIVE, KKT, records

KEY = ["fiscal_drive_number", "shift_number"]


def openings(*rows: tuple[int, int, str]) -> pd.DataFrame:
    """Openings by page, shift and time."""
    return OPENINGS.of(
        {
            "page_id": [row[0] for row in rows],
            "kkt_reg_id": [KKT] * len(rows),
            "fiscal_drive_number": [DRIVE] * len(rows),
            "shift_number": [row[1] for row in rows],
            "fiscal_document_number": [row[1] * 10 for row in rows],
            "opened_at": pd.to_datetime([row[2] for row in rows]),
        }
    )


def test_rows_that_differ_in_their_page_alone_are_one_from_the_first_page() -> None:
    kept, rejected = distinct(
        openings((1, 1, "2025-12-01"), (2, 1, "2025-12-01"), (3, 2, "2025-12-02")), KEY, "openShift"
    )
    assert list(zip(kept["page_id"], kept["shift_number"], strict=True)) == [(1, 1), (3, 2)]
    assert list(kept.index) == [0, 1]
    assert rejected.empty


def test_rows_of_one_key_that_differ_are_all_rejected_each_with_its_page() -> None:
    rows = openings((1, 1, "2025-12-01"), (2, 1, "2025-12-02"), (3, 2, "2025-12-02"), (4, 1, "2025-12-01"))
    kept, rejected = distinct(rows, KEY, "openShift")
    assert list(kept["shift_number"]) == [2]
    assert list(rejected["page_id"]) == [1, 2]
    assert set(rejected["kind"]) == {"openShift"}


def test_a_frame_without_rows_stays_one() -> None:
    kept, rejected = distinct(OPENINGS.empty(), KEY, "openShift")
    for frame, schema in ((kept, OPENINGS), (rejected, REJECTS)):
        assert frame.empty
        assert {name: str(kind) for name, kind in frame.dtypes.items()} == dict(schema.columns)


def test_a_reject_keeps_the_row_as_json_and_what_it_is_known_by() -> None:
    (reject,) = records(as_rejects(openings((7, 3, "2025-12-01T09:00")), "openShift", "why"))
    assert json.loads(reject.pop("record")) == {
        "kkt_reg_id": KKT, "fiscal_drive_number": DRIVE, "shift_number": 3, "fiscal_document_number": 30,
        "opened_at": "2025-12-01T09:00:00.000",
    }  # fmt: skip
    assert reject == {
        "page_id": 7, "unit_id": KKT, "kind": "openShift", "reason": "why", "day": pd.Timestamp("2025-12-01"),
        "fiscal_drive_number": DRIVE, "shift_number": 3, "fiscal_document_number": 30,
    }  # fmt: skip


def test_each_row_may_be_rejected_for_a_reason_of_its_own() -> None:
    rows = openings((1, 1, "2025-12-01"), (2, 2, "2025-12-02")).set_axis([5, 9])
    rejects = as_rejects(rows, "openShift", pd.Series(["late", "early"], index=[5, 9]))
    assert list(rejects["reason"]) == ["late", "early"]
    assert list(rejects.index) == [0, 1]


def test_a_record_with_line_ends_and_quotes_in_it_stays_one_record() -> None:
    fields = {"user_inn": '1\n"2"\u2028', "page_id": 1, "closed_at": pd.Timestamp("2025-12-01")}
    rows = Z_REPORTS.of({name: [fields.get(name), fields.get(name)] for name in Z_REPORTS.columns})
    assert [json.loads(record)["user_inn"] for record in as_rejects(rows, "closeShift", "why")["record"]] == [
        '1\n"2"\u2028'
    ] * 2


def test_the_day_of_a_row_without_its_time_is_missing() -> None:
    (reject,) = records(as_rejects(openings((1, 1, "2025-12-01")).assign(opened_at=pd.NaT), "openShift", "why"))
    assert reject["day"] is None
