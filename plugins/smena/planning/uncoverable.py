"""Days of registers and shops that do not count as loaded, although the requests for them were answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from smena.model.reasons import Reason
from smena.model.window import MARKET
from smena.transform.market.shifts import MARGIN
from smena.transform.reason_columns import reasons_of
from smena.transform.schema import MOMENT, TEXT, WHOLE, Schema
from smena.transform.unknown import require_known

WINDOWS = Schema("windows", {"unit_id": TEXT, "fetch_id": WHOLE, "first_day": MOMENT, "end_day": MOMENT})
"""Requests of the batch, one row per unit (register or shop) and window. `fetch_id` is missing without a response."""

REJECTED = Schema("rejected", {"unit_id": TEXT, "fetch_id": WHOLE, "kind": TEXT, "day": MOMENT, "shift_number": WHOLE})
"""Rejected records of the batch. `day` is that of the record's time; all but `kind` may be missing.

Two kinds are not documents: `missing_z_report` is a shift that totals by shift report as closed and that has no
z-report, and its `day` is that of its closing; `open_shift` is a shift that these totals report as open, and its
`day` is that of its opening.
"""

CLOSINGS = Schema("closings", {"unit_id": TEXT, "shift_number": WHOLE, "closed_day": MOMENT})
"""Shifts in the books that have the number of a missing or an open shift, on the days around it."""

INCOMPLETE = Schema("incomplete", {"unit_id": TEXT, "day": MOMENT})
"""Shifts of the batch whose sums are unknown."""

NUMBER_JUMPS = Schema(
    "number_jumps",
    {
        "unit_id": TEXT,
        "fiscal_drive_number": TEXT,
        "number_before": WHOLE,
        "shift_number": WHOLE,
        "closed_before": MOMENT,
        "opened_day": MOMENT,
        "closed_day": MOMENT,
        "covered_end": MOMENT,
    },
)
"""Gaps in the shift numbers of a drive: two consecutive shifts in the books, 17 (closed on `closed_before`) and 19.

`opened_day` and `closed_day` are those of the later shift; the opening may be missing. `covered_end` is the first day
after `closed_before` that is not covered; it is missing if `closed_before` itself is not covered.
"""

CLOCKS = Schema(
    "clocks",
    {
        "unit_id": TEXT,
        "first_day": MOMENT,
        "end_day": MOMENT,
        "newest_closed_day": MOMENT,
        "last_document_at": MOMENT,
    },
)
"""Registers whose entry in the list names a document of the future, with all days that the batch requested of them.

`newest_closed_day` is the closing day of the newest shift in the books, missing if there is none.
"""

UNCOVERABLE_DAYS = Schema(
    "uncoverable_days", {"unit_id": TEXT, "first_day": MOMENT, "end_day": MOMENT, "reason": TEXT, "details": TEXT}
)
"""Days to request again, from `first_day` to the day before `end_day`. If both are missing: any day of the unit.

`reason` is `missing_shift`, `open_shift` or `clock_ahead`, and `details` is the stored reason that names the shift or
the moment; both are missing if the record in quarantine, or the shift itself, has the reason.
"""

MISSING, OPEN = "missing_z_report", "open_shift"
_UNCOVERING_KINDS = ("closeShift", "page", MISSING)
"""Kinds of rejected records that leave days of the OFD uncovered. For Market every kind does: no other document
repeats a rejected one."""

_FIRST_ONLINE_DAY = pd.Timestamp(2016, 7, 1)
_A_DAY = pd.Timedelta(days=1)
_LONGEST_OPEN = pd.Timedelta(days=40)
"""A closing within so many days of the opening is that of the open shift. Later it may be another shift: numbers
start again with a new drive."""


@dataclass(frozen=True, slots=True)
class DaysSlice:
    """The facts of a batch: frames of the schemas above, and the day (UTC) on which it was planned."""

    source: str
    planned_day: date
    windows: pd.DataFrame
    rejected: pd.DataFrame
    closings: pd.DataFrame
    incomplete: pd.DataFrame
    number_jumps: pd.DataFrame
    clocks: pd.DataFrame


def uncoverable_days(known: DaysSlice) -> pd.DataFrame:
    """Return UNCOVERABLE_DAYS of a batch of either product, one row per cause; ranges may overlap.

    1…31 March of a register were requested. Its z-report of 5 March is rejected, and shift 8 is in no response::

        unit_id  first_day   end_day     reason         details
        0001     2026-03-05  2026-03-06  <NA>           <NA>
        0001     2026-03-11  2026-03-13  missing_shift  shift_missing_of_drive {"drive": "99…01", "shift": 8}

    Raise BrokenPromise if a required value is missing.
    """
    _check(known)
    causes = [
        _rejected_days(known),
        _incomplete_days(known.incomplete),
        _days_between_numbers(known.number_jumps),
        _open_days(known),
        _days_after_a_future_clock(known.clocks),
    ]
    return pd.concat(causes, ignore_index=True)


def _check(known: DaysSlice) -> None:
    require_known(known.windows, "windows", "unit_id", "first_day", "end_day")
    require_known(known.rejected, "rejected", "kind")
    require_known(known.closings, "closings", *CLOSINGS.columns)
    require_known(known.incomplete, "incomplete", "unit_id")
    never_missing = [name for name in NUMBER_JUMPS.columns if name not in ("opened_day", "covered_end")]
    require_known(known.number_jumps, "number_jumps", *never_missing)
    require_known(known.clocks, "clocks", "unit_id", "first_day", "end_day")


def _rejected_days(known: DaysSlice) -> pd.DataFrame:
    """The day of a rejected record, or all days of its window if its day is unknown or impossible.

    A possible day outside the window belongs to another window, and is left to that one.
    """
    rejected = known.rejected
    if known.source != MARKET:
        rejected = rejected[rejected["kind"].isin(_UNCOVERING_KINDS)]
    placed = _in_windows(rejected, known)
    day, first_day, end_day = placed["day"], placed["first_day"], placed["end_day"]
    if known.source == MARKET:
        # Cheques are requested with a margin on both sides of the window. A day beyond it was not requested, so it is
        # impossible.
        cannot_be = (day < first_day - MARGIN) | (day >= end_day + MARGIN)
    else:
        cannot_be = (day < _FIRST_ONLINE_DAY) | (day > _latest_day(known))
    in_window = (day >= first_day) & (day < end_day)
    is_missing = placed["kind"] == MISSING
    uncovering = (day.isna() | in_window | cannot_be) & ~(is_missing & _is_closed(placed, known.closings, days=1))
    is_missing = is_missing[uncovering]
    named = reasons_of(Reason.SHIFT_MISSING, shift=placed["shift_number"])[uncovering]
    return UNCOVERABLE_DAYS.of(
        {
            "unit_id": placed.loc[uncovering, "unit_id"],
            "first_day": day.where(in_window, first_day)[uncovering],
            "end_day": (day + _A_DAY).where(in_window, end_day)[uncovering],
            "reason": pd.Series("missing_shift", named.index, dtype=TEXT).where(is_missing),
            "details": named.where(is_missing),
        }
    )


def _incomplete_days(incomplete: pd.DataFrame) -> pd.DataFrame:
    """The days of shifts whose sums are unknown; any day of the unit if the day is unknown too."""
    return UNCOVERABLE_DAYS.of(
        {
            "unit_id": incomplete["unit_id"],
            "first_day": incomplete["day"],
            "end_day": incomplete["day"] + _A_DAY,
            "reason": None,
            "details": None,
        }
    )


def _days_between_numbers(jumps: pd.DataFrame) -> pd.DataFrame:
    """Covered days in which missing shifts must lie: shift 18, if 17 and 19 are in the books.

    They run from the closing of 17 to the opening of 19 or, if that is unknown, to its closing. If one of these
    days is not covered, it is requested anyway, so no row is needed.
    """
    jumps = jumps[jumps["shift_number"] - jumps["number_before"] > 1]
    last_day = jumps["opened_day"].fillna(jumps["closed_day"])
    # Clocks are set back, so an opening may lie before the closing of the shift before it.
    end_day = last_day.where(last_day > jumps["closed_before"], jumps["closed_before"]) + _A_DAY
    starts_covered = jumps["covered_end"].notna()
    is_covered = starts_covered & (end_day <= jumps["covered_end"])
    jumps, end_day = jumps[is_covered], end_day[is_covered]
    first, last = jumps["number_before"] + 1, jumps["shift_number"] - 1
    drive = jumps["fiscal_drive_number"]
    one = reasons_of(Reason.SHIFT_MISSING_OF_DRIVE, drive=drive, shift=first)
    several = reasons_of(Reason.SHIFTS_MISSING_OF_DRIVE, drive=drive, first=first, last=last)
    return UNCOVERABLE_DAYS.of(
        {
            "unit_id": jumps["unit_id"],
            "first_day": jumps["closed_before"],
            "end_day": end_day,
            "reason": "missing_shift",
            "details": one.mask(last > first, several),
        }
    )


def _open_days(known: DaysSlice) -> pd.DataFrame:
    """The days since the opening of a shift that totals by shift report as open, unless its closing is in the books.

    The closing may lie in another window. An unknown opening, or one in the future, counts as before the window.
    """
    placed = _in_windows(known.rejected[known.rejected["kind"] == OPEN], known)
    day = placed["day"].where(placed["day"] <= _latest_day(known))
    placed = placed.assign(day=day.fillna(placed["first_day"]))
    still_open = (placed["day"] < placed["end_day"]) & ~_is_closed(placed, known.closings, days=_LONGEST_OPEN.days)
    placed, day = placed[still_open], day[still_open]
    number = placed["shift_number"]
    since = reasons_of(Reason.SHIFT_OPEN_SINCE, shift=number, day=day)
    return UNCOVERABLE_DAYS.of(
        {
            "unit_id": placed["unit_id"],
            "first_day": placed["day"].where(placed["day"] > placed["first_day"], placed["first_day"]),
            "end_day": placed["end_day"],
            "reason": "open_shift",
            "details": since.mask(day.isna(), reasons_of(Reason.SHIFT_STILL_OPEN, shift=number)),
        }
    )


def _days_after_a_future_clock(clocks: pd.DataFrame) -> pd.DataFrame:
    """Days after the newest shift in the books: requests for past days do not find documents with a future date.

    If there is no shift in the books, all requested days.
    """
    since = (clocks["newest_closed_day"] + _A_DAY).fillna(clocks["first_day"])
    since = since.where(since > clocks["first_day"], clocks["first_day"])
    clocks, since = clocks[since < clocks["end_day"]], since[since < clocks["end_day"]]
    return UNCOVERABLE_DAYS.of(
        {
            "unit_id": clocks["unit_id"],
            "first_day": since,
            "end_day": clocks["end_day"],
            "reason": "clock_ahead",
            "details": reasons_of(Reason.LAST_LISTED_DOCUMENT, moment=clocks["last_document_at"]),
        }
    )


def _in_windows(rejected: pd.DataFrame, known: DaysSlice) -> pd.DataFrame:
    """Each record once for each window that it may belong to.

    A record of Market belongs to the window whose response it came in, one of the OFD to any window of its register.
    If the response is unknown it may belong to any window of its unit; if the unit is unknown, to any window.
    """
    windows = known.windows
    by_answer = rejected["fetch_id"].notna() & (known.source == MARKET)
    by_unit = ~by_answer & rejected["unit_id"].notna()
    facts = ["kind", "day", "shift_number"]
    parts = [
        rejected.loc[by_answer, ["fetch_id", *facts]].merge(windows, on="fetch_id"),
        rejected.loc[by_unit, ["unit_id", *facts]].merge(windows, on="unit_id"),
        rejected.loc[~by_answer & ~by_unit, facts].merge(windows, how="cross"),
    ]
    columns = ["unit_id", *facts, "first_day", "end_day"]
    return pd.concat([part[columns] for part in parts], ignore_index=True)


def _is_closed(placed: pd.DataFrame, closings: pd.DataFrame, *, days: int) -> pd.Series:
    """Whether a shift of the unit and number was closed within `days` days, of which `day` is the first (same index).

    False if the day or the number is unknown: then no closing can be attributed to the shift.
    """
    rows = placed[["unit_id", "shift_number", "day"]].reset_index(names="row")
    found = rows[rows["shift_number"].notna()].merge(closings, on=["unit_id", "shift_number"])
    after = found["closed_day"] - found["day"]
    is_it = (after >= timedelta(0)) & (after < timedelta(days=days))
    return pd.Series(placed.index.isin(found.loc[is_it, "row"]), placed.index)


def _latest_day(known: DaysSlice) -> pd.Timestamp:
    """The last day that a register's clock can show when the batch is planned, in any time zone."""
    return pd.Timestamp(known.planned_day) + _A_DAY
