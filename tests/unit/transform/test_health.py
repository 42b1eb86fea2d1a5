"""Signs of a register's health in a z-report: read in every form they come in; a missing sign is unknown."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from smena.transform.frames import SIGNS
from smena.transform.pages import RawPage
from smena.transform.reading import read_documents
from tests.unit.transform.builders import KKT, z_report

YES, NO, NOTHING = True, False, None
FIELDS = {
    "fiscalDriveReplaceRequiredSign": "drive_replace",
    "fiscalDriveExhaustionSign": "drive_exhausted",
    "fiscalDriveMemoryExceededSign": "drive_memory_full",
    "ofdResponseTimeoutSign": "ofd_timeout",
}


def signs_of_report(**fields: Any) -> dict[str, Any]:
    """The signs of one z-report that has these fields; None for what it does not say."""
    body = json.dumps({"documents": [z_report(**fields)]}).encode()
    frames = read_documents([RawPage(1, KKT, body)])
    assert frames.rejects.empty
    row = frames.z_reports.iloc[0]
    return {name: None if pd.isna(row[name]) else row[name] for name in SIGNS}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    ("value", "sign"),
    [
        (1, YES), (0, NO), (True, YES), (False, NO), ("1", YES), ("0", NO), ("true", YES), ("FALSE", NO), (" 1 ", YES),
        (None, NOTHING), ("", NOTHING), ("да", NOTHING), (2, NOTHING), (-1, NOTHING), ([], NOTHING),
        ({"a": 1}, NOTHING),
    ],
)  # fmt: skip
def test_a_sign_in_any_form(field: str, value: Any, sign: bool | None) -> None:
    assert (
        signs_of_report(**{field: value})[FIELDS[field]] is sign
        or signs_of_report(**{field: value})[FIELDS[field]] == sign
    )


def test_an_absent_sign_is_unknown() -> None:
    assert signs_of_report() == dict.fromkeys(SIGNS)


@pytest.mark.parametrize(
    ("value", "count"),
    [(0, 0), (17, 17), ("17", 17), (-1, None), (True, None), (1.5, None), (2**31, None), ("9" * 40, None), ([], None)],
)
def test_how_many_documents_were_not_sent(value: Any, count: int | None) -> None:
    assert signs_of_report(notTransmittedDocumentsQuantity=value)["not_sent"] == count


@pytest.mark.parametrize(
    ("value", "since"),
    [
        ("2026-03-01T10:20:00", "2026-03-01 10:20:00"),
        ("2026-03-01T10:20", "2026-03-01 10:20:00"),
        ("1970-01-01T00:00:00", None),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59", None),
        ("вчера", None),
        (5, None),
        (None, None),
    ],
)
def test_since_when_they_were_not(value: Any, since: str | None) -> None:
    found = signs_of_report(notTransmittedDocumentsDateTime=value)["not_sent_since"]
    assert found == (since and pd.Timestamp(since))


def test_the_same_z_report_with_other_signs_is_one() -> None:
    """They are no part of what it is known by: a report delivered again may leave them out."""
    pages = [
        RawPage(number, KKT, json.dumps({"documents": [z_report(**fields)]}).encode())
        for number, fields in ((1, {"fiscalDriveExhaustionSign": 1}), (2, {}))
    ]
    frames = read_documents(pages)
    assert len(frames.z_reports) == 1
    assert frames.rejects.empty
