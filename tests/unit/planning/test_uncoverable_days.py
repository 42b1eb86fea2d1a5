"""Days that cannot be called loaded: each rule alone, for both products, and what a missing value means to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from smena.model.errors import BrokenPromise
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.window import MARKET, OFD
from smena.planning import uncoverable
from smena.planning.uncoverable import DaysSlice, uncoverable_days
from smena.transform.schema import Schema

UNIT, OTHER = "0000000001", "0000000002"
DRIVE = "9999078900000001"
SHIFT_8, STILL_8 = reason(Reason.SHIFT_MISSING, shift=8), reason(Reason.SHIFT_STILL_OPEN, shift=8)
ONLY_8 = reason(Reason.SHIFT_MISSING_OF_DRIVE, drive=DRIVE, shift=8)
THROUGH_11 = reason(Reason.SHIFTS_MISSING_OF_DRIVE, drive=DRIVE, first=8, last=11)
MARCH = {"first_day": date(2026, 3, 1), "end_day": date(2026, 4, 1)}
APRIL = {"first_day": date(2026, 4, 1), "end_day": date(2026, 5, 1)}

Row = dict[str, Any]


def frame(schema: Schema, *rows: Row) -> pd.DataFrame:
    """A frame of the schema; what a row does not name is missing."""
    columns = {name: pd.array([row.get(name) for row in rows], dtype=kind) for name, kind in schema.columns.items()}
    return pd.DataFrame(columns)


NOTHING = DaysSlice(
    source=OFD,
    planned_day=date(2026, 5, 1),
    windows=frame(uncoverable.WINDOWS, {"unit_id": UNIT, "fetch_id": 1, **MARCH}),
    rejected=frame(uncoverable.REJECTED),
    closings=frame(uncoverable.CLOSINGS),
    incomplete=frame(uncoverable.INCOMPLETE),
    number_jumps=frame(uncoverable.NUMBER_JUMPS),
    clocks=frame(uncoverable.CLOCKS),
)


def days_of(known: DaysSlice) -> list[tuple[str, str, str, str | None, str | None]]:
    """The days as rows: unit, first and last+1 day as `03-05`, reason and details."""
    days = uncoverable_days(known)
    assert dict(days.dtypes.astype(str)) == dict(uncoverable.UNCOVERABLE_DAYS.columns)
    return [
        (
            row.unit_id,
            "any" if pd.isna(row.first_day) else row.first_day.strftime("%m-%d"),
            "any" if pd.isna(row.end_day) else row.end_day.strftime("%m-%d"),
            None if pd.isna(row.reason) else row.reason,
            None if pd.isna(row.details) else row.details,
        )
        for row in days.itertuples()
    ]


def rejected(product: str = OFD, *, windows: list[Row] | None = None, closings: list[Row] | None = None, **row: Any
             ) -> list[tuple[str, str, str, str | None, str | None]]:  # fmt: skip
    """Days of a batch with one rejected record, which names the unit and its answer unless the row says otherwise."""
    known = replace(
        NOTHING,
        source=product,
        rejected=frame(uncoverable.REJECTED, {"unit_id": UNIT, "fetch_id": 1, **row}),
        closings=frame(uncoverable.CLOSINGS, *({"unit_id": UNIT, **closing} for closing in closings or [])),
    )
    if windows is not None:
        known = replace(known, windows=frame(uncoverable.WINDOWS, *windows))
    return days_of(known)


WHOLE_MARCH = [(UNIT, "03-01", "04-01", None, None)]


def test_a_batch_without_faults_has_no_such_days() -> None:
    assert days_of(NOTHING) == []
    assert days_of(replace(NOTHING, source=MARKET)) == []


# --- rejected records


@pytest.mark.parametrize("kind", ["closeShift", "page"])
@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2026, 3, 1), [(UNIT, "03-01", "03-02", None, None)]),
        (date(2026, 3, 31), [(UNIT, "03-31", "04-01", None, None)]),
        (None, WHOLE_MARCH),
        (date(2026, 2, 28), []),
        (date(2026, 4, 1), []),
        (date(2026, 5, 2), []),
        (date(2026, 5, 3), WHOLE_MARCH),
        (date(2016, 7, 1), []),
        (date(2016, 6, 30), WHOLE_MARCH),
    ],
)
def test_a_rejected_z_report_leaves_its_day_uncovered_or_all_days_where_its_day_is_impossible(
    kind: str, day: date | None, days: list[Any]
) -> None:
    assert rejected(kind=kind, day=day) == days


@pytest.mark.parametrize("kind", ["receipt", "byShifts", "openShift"])
def test_other_rejected_documents_of_the_ofd_leave_no_day_uncovered(kind: str) -> None:
    assert rejected(kind=kind, day=None) == []


@pytest.mark.parametrize("kind", ["cheque", "page", "waybill"])
@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2026, 3, 1), [(UNIT, "03-01", "03-02", None, None)]),
        (date(2026, 3, 31), [(UNIT, "03-31", "04-01", None, None)]),
        (None, WHOLE_MARCH),
        (date(2026, 2, 27), []),
        (date(2026, 2, 26), WHOLE_MARCH),
        (date(2026, 4, 2), []),
        (date(2026, 4, 3), WHOLE_MARCH),
    ],
)
def test_a_rejected_record_of_market_leaves_its_day_uncovered_or_all_days_where_its_day_was_not_requested(
    kind: str, day: date | None, days: list[Any]
) -> None:
    assert rejected(MARKET, kind=kind, day=day) == days


TWO = [{"unit_id": UNIT, "fetch_id": 1, **MARCH}, {"unit_id": UNIT, "fetch_id": 2, **APRIL},
       {"unit_id": OTHER, "fetch_id": 3, **MARCH}]  # fmt: skip
WHOLE_APRIL = [(UNIT, "04-01", "05-01", None, None)]
OF_OTHER = [(OTHER, "03-01", "04-01", None, None)]


def test_an_undated_record_of_the_ofd_leaves_all_windows_of_its_register_uncovered() -> None:
    assert rejected(kind="page", windows=TWO) == WHOLE_MARCH + WHOLE_APRIL


def test_an_undated_record_of_market_leaves_the_window_it_came_in_uncovered() -> None:
    assert rejected(MARKET, kind="page", fetch_id=2, windows=TWO) == WHOLE_APRIL


def test_a_record_of_market_without_its_answer_may_be_of_any_window_of_its_shop() -> None:
    assert rejected(MARKET, kind="page", fetch_id=None, windows=TWO) == WHOLE_MARCH + WHOLE_APRIL


@pytest.mark.parametrize("product", [OFD, MARKET])
def test_a_record_without_unit_and_answer_may_be_of_any_window(product: str) -> None:
    found = rejected(product, kind="page", unit_id=None, fetch_id=None, windows=TWO)
    assert found == WHOLE_MARCH + WHOLE_APRIL + OF_OTHER


def test_windows_without_an_answer_get_no_records_of_others() -> None:
    windows = [*TWO, {"unit_id": OTHER, "fetch_id": None, **APRIL}]
    assert rejected(MARKET, kind="page", fetch_id=2, windows=windows) == WHOLE_APRIL


# --- shifts that totals by shift call closed


def missing(**facts: Any) -> list[tuple[str, str, str, str | None, str | None]]:
    return rejected(**{"kind": "missing_z_report", "day": date(2026, 3, 5), "shift_number": 8} | facts)


MISSING_8 = [(UNIT, "03-05", "03-06", "missing_shift", SHIFT_8)]


def test_a_closed_shift_without_z_report_is_missing_on_its_day() -> None:
    assert missing() == MISSING_8


@pytest.mark.parametrize(
    ("closing", "days"),
    [
        ({"shift_number": 8, "closed_day": date(2026, 3, 5)}, []),
        ({"shift_number": 8, "closed_day": date(2026, 3, 4)}, MISSING_8),
        ({"shift_number": 8, "closed_day": date(2026, 3, 6)}, MISSING_8),
        ({"shift_number": 9, "closed_day": date(2026, 3, 5)}, MISSING_8),
        ({"shift_number": 8, "closed_day": date(2026, 3, 5), "unit_id": OTHER}, MISSING_8),
    ],
)
def test_it_is_not_missing_where_the_books_have_it_of_that_register_number_and_day(
    closing: Row, days: list[Any]
) -> None:
    assert missing(closings=[closing]) == days


def test_a_rejected_z_report_leaves_its_day_uncovered_though_the_books_have_the_shift() -> None:
    closing = {"shift_number": 8, "closed_day": date(2026, 3, 5)}
    assert missing(kind="closeShift", closings=[closing]) == [(UNIT, "03-05", "03-06", None, None)]


def test_a_missing_shift_of_an_unknown_day_or_number_is_in_no_books() -> None:
    closing = {"shift_number": 8, "closed_day": date(2026, 3, 5)}
    assert missing(day=None, closings=[closing]) == [(UNIT, "03-01", "04-01", "missing_shift", SHIFT_8)]
    unnumbered = [(UNIT, "03-05", "03-06", "missing_shift", 'shift_missing {"shift": null}')]
    assert missing(shift_number=None, closings=[closing]) == unnumbered


def test_each_missing_shift_of_a_day_is_a_row() -> None:
    row = {"unit_id": UNIT, "kind": "missing_z_report", "day": date(2026, 3, 5)}
    both = frame(uncoverable.REJECTED, row | {"shift_number": 8}, row | {"shift_number": 9})
    assert [details for *_, details in days_of(replace(NOTHING, rejected=both))] == [
        SHIFT_8,
        reason(Reason.SHIFT_MISSING, shift=9),
    ]


# --- shifts that totals by shift call open


def still_open(**facts: Any) -> list[tuple[str, str, str, str | None, str | None]]:
    return rejected(**{"kind": "open_shift", "day": date(2026, 3, 20), "shift_number": 8} | facts)


def since(*, day: date, shift: int | None = 8) -> str:
    return reason(Reason.SHIFT_OPEN_SINCE, day=day, shift=shift)


OPEN_8 = [(UNIT, "03-20", "04-01", "open_shift", since(day=date(2026, 3, 20)))]


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({}, OPEN_8),
        ({"day": date(2026, 2, 3)}, [(UNIT, "03-01", "04-01", "open_shift", since(day=date(2026, 2, 3)))]),
        ({"day": date(2026, 3, 31)}, [(UNIT, "03-31", "04-01", "open_shift", since(day=date(2026, 3, 31)))]),
        ({"day": date(2026, 4, 1)}, []),
        # Nothing is known of its opening, or no clock can show it.
        ({"day": None}, [(UNIT, "03-01", "04-01", "open_shift", STILL_8)]),
        ({"day": date(2026, 5, 3)}, [(UNIT, "03-01", "04-01", "open_shift", STILL_8)]),
        ({"shift_number": None}, [(UNIT, "03-20", "04-01", "open_shift", since(day=date(2026, 3, 20), shift=None))]),
    ],
)
def test_an_open_shift_leaves_the_days_since_its_opening_uncovered(facts: Row, days: list[Any]) -> None:
    assert still_open(**facts) == days


@pytest.mark.parametrize(
    ("closed_day", "days"),
    [
        (date(2026, 3, 19), OPEN_8),
        (date(2026, 3, 20), []),
        (date(2026, 4, 28), []),
        (date(2026, 4, 29), OPEN_8),
    ],
)
def test_it_is_closed_where_the_books_have_its_closing_within_forty_days(closed_day: date, days: list[Any]) -> None:
    assert still_open(closings=[{"shift_number": 8, "closed_day": closed_day}]) == days


def test_an_opening_before_the_window_is_looked_for_since_the_window_where_it_is_unknown() -> None:
    closing = {"shift_number": 8, "closed_day": date(2026, 3, 2)}
    assert still_open(day=None, closings=[closing]) == []
    assert still_open(day=None, closings=[closing | {"closed_day": date(2026, 2, 28)}]) != []


def test_no_closing_is_that_of_a_shift_without_a_number() -> None:
    assert still_open(shift_number=None, closings=[{"shift_number": 8, "closed_day": date(2026, 3, 21)}]) != []


def test_an_open_shift_is_of_every_window_of_its_register_that_ends_after_its_opening() -> None:
    assert [row[:3] for row in still_open(windows=TWO)] == [(UNIT, "03-20", "04-01"), (UNIT, "04-01", "05-01")]


# --- shifts whose sums are not known


def test_an_incomplete_shift_leaves_its_day_uncovered() -> None:
    incomplete = frame(uncoverable.INCOMPLETE, {"unit_id": UNIT, "day": date(2026, 3, 9)})
    for product in (OFD, MARKET):
        found = days_of(replace(NOTHING, source=product, incomplete=incomplete))
        assert found == [(UNIT, "03-09", "03-10", None, None)]


def test_an_incomplete_shift_of_an_unknown_day_may_be_of_any_day() -> None:
    incomplete = frame(uncoverable.INCOMPLETE, {"unit_id": UNIT})
    assert days_of(replace(NOTHING, incomplete=incomplete)) == [(UNIT, "any", "any", None, None)]


# --- numbers that are no neighbours


def between(**facts: Any) -> list[tuple[str, str, str, str | None, str | None]]:
    jump = {
        "unit_id": UNIT,
        "fiscal_drive_number": DRIVE,
        "number_before": 7,
        "shift_number": 9,
        "closed_before": date(2026, 3, 10),
        "opened_day": date(2026, 3, 12),
        "closed_day": date(2026, 3, 13),
        "covered_end": date(2026, 4, 1),
    }
    return days_of(replace(NOTHING, number_jumps=frame(uncoverable.NUMBER_JUMPS, jump | facts)))


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({}, [(UNIT, "03-10", "03-13", "missing_shift", ONLY_8)]),
        ({"shift_number": 12}, [(UNIT, "03-10", "03-13", "missing_shift", THROUGH_11)]),
        ({"shift_number": 8}, []),
        ({"shift_number": 7}, []),
        ({"covered_end": date(2026, 3, 13)}, [(UNIT, "03-10", "03-13", "missing_shift", ONLY_8)]),
        ({"covered_end": date(2026, 3, 12)}, []),
        ({"covered_end": None}, []),
        # The clock was set back between the two.
        ({"opened_day": date(2026, 3, 9)}, [(UNIT, "03-10", "03-11", "missing_shift", ONLY_8)]),
        # Without an opening: before the closing.
        ({"opened_day": None}, [(UNIT, "03-10", "03-14", "missing_shift", ONLY_8)]),
        ({"opened_day": None, "covered_end": date(2026, 3, 13)}, []),
    ],
)
def test_covered_days_between_numbers_that_are_no_neighbours_lack_shifts(facts: Row, days: list[Any]) -> None:
    assert between(**facts) == days


# --- clocks


def clock(**facts: Any) -> list[tuple[str, str, str, str | None, str | None]]:
    row = {
        "unit_id": UNIT,
        "newest_closed_day": date(2026, 3, 15),
        "last_document_at": datetime(2027, 3, 15, 9, 5),
        **MARCH,
    }
    return days_of(replace(NOTHING, clocks=frame(uncoverable.CLOCKS, row | facts)))


LISTED = 'last_listed_document {"moment": "2027-03-15T09:05:00"}'


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({}, [(UNIT, "03-16", "04-01", "clock_ahead", LISTED)]),
        ({"newest_closed_day": date(2026, 1, 1)}, [(UNIT, "03-01", "04-01", "clock_ahead", LISTED)]),
        ({"newest_closed_day": date(2026, 3, 30)}, [(UNIT, "03-31", "04-01", "clock_ahead", LISTED)]),
        ({"newest_closed_day": date(2026, 3, 31)}, []),
        ({"newest_closed_day": None}, [(UNIT, "03-01", "04-01", "clock_ahead", LISTED)]),
        (
            {"last_document_at": None},
            [(UNIT, "03-16", "04-01", "clock_ahead", 'last_listed_document {"moment": null}')],
        ),
    ],
)
def test_days_after_the_newest_shift_are_not_known_where_the_clock_is_ahead(facts: Row, days: list[Any]) -> None:
    assert clock(**facts) == days


# --- what is never missing

NEVER_MISSING = [
    ("windows", "unit_id"), ("windows", "first_day"), ("windows", "end_day"), ("rejected", "kind"),
    ("closings", "unit_id"), ("closings", "shift_number"), ("closings", "closed_day"), ("incomplete", "unit_id"),
    ("number_jumps", "unit_id"), ("number_jumps", "fiscal_drive_number"), ("number_jumps", "number_before"),
    ("number_jumps", "shift_number"), ("number_jumps", "closed_before"), ("number_jumps", "closed_day"),
    ("clocks", "unit_id"), ("clocks", "first_day"), ("clocks", "end_day"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "column"), NEVER_MISSING)
def test_a_value_that_is_never_missing_is_an_error_where_it_is(name: str, column: str) -> None:
    schema: Schema = getattr(uncoverable, name.upper())
    full: Row = {"string": "x", "Int64": 1, "datetime64[us]": date(2026, 3, 1)}
    row = {one: full[kind] for one, kind in schema.columns.items()} | {column: None}
    with pytest.raises(BrokenPromise, match=f"{name} has 1 rows without {column}"):
        uncoverable_days(replace(NOTHING, **{name: frame(schema, row)}))


# --- all at once


def test_causes_of_many_units_do_not_mix() -> None:
    known = replace(
        NOTHING,
        windows=frame(uncoverable.WINDOWS, *TWO),
        rejected=frame(
            uncoverable.REJECTED,
            {"unit_id": OTHER, "kind": "closeShift", "day": date(2026, 3, 3)},
            {"unit_id": UNIT, "kind": "open_shift", "day": date(2026, 4, 30), "shift_number": 1},
        ),
        incomplete=frame(uncoverable.INCOMPLETE, {"unit_id": "0000000003", "day": date(2026, 4, 4)}),
    )
    assert [row[:4] for row in days_of(known)] == [
        (OTHER, "03-03", "03-04", None),
        ("0000000003", "04-04", "04-05", None),
        (UNIT, "04-30", "05-01", "open_shift"),
    ]
