"""An invalid z-report is rejected with its reason, and its neighbour is not."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from smena.messages import translate
from smena.model.errors import BrokenPromise
from smena.quality import CheckResult, Verdict, check_z_reports
from smena.transform.frames import Z_REPORTS
from tests.invented import ROMASHKA as INN
from tests.invented import STRANGER

NOW = datetime(2026, 3, 10, 6, 0)
GOOD = {
    "page_id": 3,
    "kkt_reg_id": "0000000003065868",
    "fiscal_drive_number": "9999078900001234",
    "fiscal_sign": 4294967295,
    "closed_at": pd.Timestamp("2026-03-01 22:00"),
    "received_at": pd.Timestamp("2026-03-01 19:01"),
    "receipts_quantity": 12,
    "documents_quantity": 14,
    "user_inn": INN,
}


def z_reports(*changes: dict[str, Any]) -> pd.DataFrame:
    """A good z-report labelled 10, then one for each of the changes, labelled 11 and on."""
    rows = [GOOD | {"shift_number": n, "fiscal_document_number": 20 * n} | c for n, c in enumerate(({}, *changes), 1)]
    return Z_REPORTS.of({column: [row.get(column) for row in rows] for column in Z_REPORTS.columns}).set_axis(
        range(10, 10 + len(rows))
    )


def check(frame: pd.DataFrame) -> Verdict:
    return check_z_reports(frame, organization_inn=INN, now_utc=NOW)


def reasons(verdict: Verdict) -> dict[int, str]:
    return dict(verdict.bad["reason"])


def result(verdict: Verdict, expectation: str) -> CheckResult:
    (found,) = [one for one in verdict.results if one.expectation == expectation]
    return found


def test_valid_z_reports_pass_every_rule() -> None:
    verdict = check(z_reports({}, {}))
    assert all(one.success and one.bad_rows == 0 for one in verdict.results)
    assert (len(verdict.bad), verdict.stops_batch, verdict.notes) == (0, False, [])


BAD: list[tuple[dict[str, Any], str]] = [
    ({"kkt_reg_id": None}, 'field_missing {"what": "kkt_reg_id"}'),
    ({"fiscal_drive_number": None}, 'field_missing {"what": "fiscal_drive_number"}'),
    ({"shift_number": None}, 'field_missing {"what": "shift_number"}'),
    ({"fiscal_document_number": None}, 'field_missing {"what": "fiscal_document_number"}'),
    ({"fiscal_sign": None}, 'field_missing {"what": "fiscal_sign"}'),
    ({"closed_at": None}, 'field_missing {"what": "closed_at"}'),
    ({"receipts_quantity": None}, 'field_missing {"what": "receipts_quantity"}'),
    ({"kkt_reg_id": "3065868"}, "rnm_not_16_digits"),
    ({"kkt_reg_id": "0000000003065868    "}, "rnm_not_16_digits"),
    ({"kkt_reg_id": "0000000003065868\n"}, "rnm_not_16_digits"),
    ({"fiscal_drive_number": ""}, "drive_not_16_digits"),
    ({"fiscal_drive_number": "9.99907890000123e15"}, "drive_not_16_digits"),
    ({"fiscal_drive_number": "99990789000012345"}, "drive_not_16_digits"),
    ({"fiscal_drive_number": "٩٩٩٩"}, "drive_not_16_digits"),
    ({"shift_number": 0}, "shift_number_below_1"),
    ({"fiscal_document_number": 0}, "document_number_below_1"),
    ({"fiscal_sign": -1}, "fiscal_sign_not_32_bits"),
    ({"fiscal_sign": 2**32}, "fiscal_sign_not_32_bits"),
    ({"receipts_quantity": -1, "documents_quantity": 1}, "receipts_below_0"),
    ({"documents_quantity": 13}, "fewer_documents_than_receipts"),
    ({"closed_at": pd.Timestamp("1970-01-01")}, "closed_before_the_law"),
    ({"closed_at": pd.Timestamp("2016-06-30 23:59:59")}, "closed_before_the_law"),
    ({"closed_at": pd.Timestamp("2026-03-02 09:01:01")}, "closed_in_the_future"),
    ({"closed_at": pd.Timestamp("2026-03-10 20:00:01"), "received_at": None}, "closed_in_the_future"),
    ({"user_inn": STRANGER}, "inn_of_another"),
]


def test_each_invalid_z_report_is_rejected_with_its_reason_and_its_neighbour_is_not() -> None:
    verdict = check(z_reports(*[change for change, _ in BAD]))
    assert reasons(verdict) == dict(enumerate([reason for _, reason in BAD], 11))
    assert not verdict.stops_batch


LAWFUL: list[dict[str, Any]] = [
    {"fiscal_drive_number": "1", "shift_number": 1, "closed_at": pd.Timestamp("2026-02-27 20:00")},
    {
        "shift_number": 1,
        "fiscal_document_number": 20,
        "fiscal_drive_number": "9999078900001235",
        "closed_at": pd.Timestamp("2026-02-28 20:00"),
    },
    {"fiscal_sign": 0},
    {"receipts_quantity": 0, "documents_quantity": 2},
    {"documents_quantity": None},
    {"user_inn": None},
    {"received_at": None},
    {"received_at": pd.Timestamp("1970-01-01")},
    {"closed_at": pd.Timestamp("2016-07-01"), "received_at": pd.Timestamp("2016-07-01")},
    {"closed_at": pd.Timestamp("2026-03-02 09:01:00")},
    {"closed_at": pd.Timestamp("2026-03-10 20:00:00"), "received_at": pd.Timestamp("2026-03-10 06:00:00")},
]


def test_unusual_but_lawful_z_reports_go_on() -> None:
    verdict = check(z_reports(*LAWFUL))
    assert reasons(verdict) == {}
    assert verdict.notes == []


def test_two_z_reports_of_one_shift_are_both_rejected() -> None:
    verdict = check(z_reports({}, {"shift_number": 2}))
    words = "report_twice_by_shift"
    assert reasons(verdict) == {11: words, 12: words}
    assert result(verdict, "one_report_a_shift").bad_rows == 2


def test_two_z_reports_of_one_closing_under_two_drives_are_both_rejected() -> None:
    words = "closed_under_another_drive"
    other = {"fiscal_drive_number": "9999078900001235", "shift_number": 2, "fiscal_document_number": 90}
    assert reasons(check(z_reports({}, other))) == {11: words, 12: words}


def test_two_z_reports_with_one_document_number_are_both_rejected() -> None:
    words = "report_twice_by_document"
    assert reasons(check(z_reports({}, {"fiscal_document_number": 40}))) == {11: words, 12: words}


def test_a_z_report_that_breaks_two_rules_is_rejected_once_with_both_reasons() -> None:
    verdict = check(z_reports({"kkt_reg_id": "12", "fiscal_sign": -1}))
    assert reasons(verdict) == {11: "rnm_not_16_digits\nfiscal_sign_not_32_bits"}


def test_the_accepted_rows_are_the_frame_without_the_rejected_labels() -> None:
    frame = z_reports({"shift_number": 0}, {})
    verdict = check(frame)
    assert list(frame.drop(index=verdict.bad.index).index) == [10, 12]
    assert list(verdict.bad.columns) == [*Z_REPORTS.columns, "reason"]
    pd.testing.assert_frame_equal(verdict.bad[list(Z_REPORTS.columns)], frame.loc[[11]])


def test_a_z_report_received_after_30_days_is_only_a_warning() -> None:
    verdict = check(z_reports({"closed_at": pd.Timestamp("2026-01-29 18:00")}))
    late = result(verdict, "received_within_30_days")
    assert (late.severity, late.success, late.rows, late.bad_rows) == ("warning", False, 2, 1)
    assert (len(verdict.bad), verdict.stops_batch) == (0, False)
    assert translate(verdict.notes[0], "en").startswith(
        "z_reports.received_within_30_days is broken by 1 of 2 rows: received"
    )


def test_a_result_shows_what_was_found_and_in_which_shift() -> None:
    found = result(check(z_reports({"kkt_reg_id": "3065868"})), "rnm_has_16_digits")
    assert (found.suite, found.column, found.severity, found.rows) == ("z_reports", "kkt_reg_id", "record", 2)
    assert json.loads(found.details) == {
        "rule": "rnm_not_16_digits",
        "found": ["3065868"],
        "keys": ["9999078900001234 / 2"],
    }


@pytest.mark.parametrize(
    ("frame", "column"),
    [
        (z_reports().drop(columns="closed_at"), "closed_at"),
        (z_reports().assign(cash=1), "cash"),
        (z_reports().astype({"shift_number": "int64"}), "shift_number"),
        (z_reports().astype({"fiscal_drive_number": "float64"}), "fiscal_drive_number"),
    ],
)
def test_a_frame_that_is_not_of_the_schema_stops_the_batch(frame: pd.DataFrame, column: str) -> None:
    verdict = check(frame)
    assert verdict.stops_batch
    assert json.loads(verdict.results[0].details)["keys"] == [column]
    assert len(verdict.bad) == 0


def test_no_z_reports_pass_and_leave_their_results() -> None:
    empty = check(Z_REPORTS.empty())
    assert [one.expectation for one in empty.results] == [one.expectation for one in check(z_reports()).results]
    assert all(one.success for one in empty.results)
    assert list(empty.bad.columns) == [*Z_REPORTS.columns, "reason"]


def test_labels_that_name_two_rows_are_refused() -> None:
    with pytest.raises(BrokenPromise, match="not unique"):
        check(pd.concat([z_reports(), z_reports({})]))
