"""A register is silent only where that is proved; whatever the list leaves out or gets wrong, its shifts are booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sandbox import WorldSettings
from smena.loading.publish import publish
from smena.model.errors import BadBatch
from smena.model.reason_text import parse_all
from smena.model.reasons import Reason
from smena.model.window import Window
from smena.planning.plan import plan
from smena.reconciliation.certificate import certify
from smena.reconciliation.reconcile import reconcile
from tests.integration.conftest import BuildTown
from tests.town import Town

FIRST, LAST = date(2026, 2, 2), date(2026, 2, 6)
WORLD = WorldSettings(
    first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=2, receipts_per_shift=3
).easy()
DAYS = Window(FIRST, LAST)


def list_says(town: Town, **entry: Any) -> None:
    """Changes what the list says of the first register; None drops the field."""
    fault = {"kind": "patch_document", "register": town.register(), "match": {"type": "cashbox"}}
    town.sandbox.faults.add(
        fault
        | {"set": {name: value for name, value in entry.items() if value is not None}}
        | {"drop": [name for name, value in entry.items() if value is None]}
    )


def town_of(build_town: BuildTown, world: WorldSettings = WORLD, **how: Any) -> Town:
    return build_town(world, start=FIRST, now=datetime(2026, 2, 7, 6), **how)


def open_days(town: Town, register: str) -> set[date]:
    """Days of the window that are not proved loaded."""
    covered = [span for name, span in town.covered() if name == register]
    return {day for day in DAYS if not any(span.lower <= day < span.upper for span in covered)}


def is_whole(town: Town) -> bool:
    shifts = {(shift["fiscal_drive_number"], shift["shift_number"]): shift for shift in town.shifts()}
    return shifts.keys() == town.truth().keys() and {one["outcome"] for one in shifts.values()} <= {"issued", "no_cash"}


def certified(town: Town) -> dict[str, Any]:
    reconcile(town.context, town.inn, run_id="test", window=DAYS)
    return certify(town.warehouse, town.inn, DAYS, made_by="test", now=datetime(2026, 3, 1, tzinfo=UTC))


# --- the list's time of the newest document

TIMES = {
    "absent": None,
    "empty": "",
    "of no value": "0001-01-01T00:00:00",
    "unreadable": "yesterday",
    "frozen at the start": "2026-02-01T21:00:00",
    "frozen on the third day": "2026-02-04T10:00:00",
    "to the minute": "2026-02-06T21:00",
    "with seven digits": "2026-02-06T21:00:00.0000000",
    "a year ahead": "2027-02-06T21:00:00",
    "a number": 1769990400,
}


@pytest.mark.few_cases(3)
@pytest.mark.parametrize("value", TIMES)
def test_whatever_the_list_says_of_the_newest_document_every_shift_is_booked(build_town: BuildTown, value: str) -> None:
    town = town_of(build_town)
    list_says(town, lastDocumentTimestamp=TIMES[value])
    town.load()
    assert is_whole(town)
    found = reconcile(town.context, town.inn, run_id="test", window=DAYS)
    assert found.verdicts["offline"] == 0


def test_a_list_of_nothing_but_numbers_is_enough(build_town: BuildTown) -> None:
    town = town_of(build_town)

    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "cashbox"}, "drop": [
        "lastDocumentTimestamp", "lastCashReceiptTimestamp", "fiscalDrives", "kpp", "name", "address", "permissionFrom",
        "permissionTo", "salesPointName", "addresses", "modelName", "serialNumber",
    ]})  # fmt: skip
    town.load()
    assert is_whole(town)
    assert certified(town)["is_complete"]


@pytest.mark.parametrize("value", ["absent", "frozen on the third day"])
def test_a_value_that_is_lost_or_freezes_on_some_day_hides_no_later_shift(build_town: BuildTown, value: str) -> None:
    town = town_of(build_town)
    for day in DAYS:
        if day == date(2026, 2, 4):
            list_says(town, lastDocumentTimestamp=TIMES[value])
        town.set_day(day + timedelta(days=1), hour=6)
        town.load()
    assert is_whole(town)


def test_a_value_that_goes_back_hides_no_shift(build_town: BuildTown) -> None:
    town = town_of(build_town)
    town.load_daily(FIRST, date(2026, 2, 4))
    list_says(town, lastDocumentTimestamp="2026-01-01T10:00:00")
    town.load_daily(date(2026, 2, 5), LAST)
    assert is_whole(town)


def test_a_clock_that_is_a_year_ahead_covers_nothing_after_the_last_known_shift(build_town: BuildTown) -> None:
    """Case 14: good shifts on 2 and 3 February; from the 4th the register's clock shows 2027."""
    town = town_of(build_town)
    register = town.register()
    for line in town.truth().values():
        if line["kkt_reg_id"] == register and line["closed_at"] >= "2026-02-04":
            match = {"fiscalDriveNumber": line["fiscal_drive_number"], "shiftNumber": line["shift_number"]}
            for kind in ("closeShift", "openShift", "byShifts", "receipt"):
                town.sandbox.faults.add({"kind": "drop_document", "match": {"type": kind} | match})
    town.sandbox.faults.add(
        *({"kind": "drop_document", "register": register, "match": {"type": "byDays", "date": str(day)}}
          for day in DAYS if day >= date(2026, 2, 4))
    )  # fmt: skip
    list_says(town, lastDocumentTimestamp="2027-02-06T21:00:00")
    town.load_daily(FIRST, LAST)
    assert open_days(town, register) >= {date(2026, 2, day) for day in (4, 5, 6)}
    assert {gap["reason"] for gap in town.gaps()} == {"clock_ahead"}

    assert not certified(town)["is_complete"]


# --- what is formed in one minute, and what comes late


@pytest.mark.parametrize("clock", ["formed", "received"])
def test_a_closing_in_the_minute_of_the_newest_document_that_comes_late_is_booked(
    build_town: BuildTown, clock: str
) -> None:
    """Cases 2 and 13: the closing of 3 February comes two days later, and the list's time does not move."""
    town = town_of(build_town, behaviour={"period_clock": clock})
    register, day = town.register(), date(2026, 2, 3)
    (line,) = (
        one for one in town.truth().values() if one["kkt_reg_id"] == register and one["closed_at"][:10] == str(day)
    )
    match = {"fiscalDriveNumber": line["fiscal_drive_number"], "shiftNumber": line["shift_number"]}
    town.sandbox.faults.add(
        {"kind": "drop_document", "match": {"type": "closeShift"} | match},
        {"kind": "patch_document", "match": {"type": "byShifts"} | match, "drop": ["shiftClose"]},
    )
    list_says(town, lastDocumentTimestamp=line["closed_at"])
    town.load_daily(FIRST, day)
    assert day in open_days(town, register)
    assert "open_shift" in {gap["reason"] for gap in town.gaps()}
    town.load_daily(date(2026, 2, 4), date(2026, 2, 4))
    assert day in open_days(town, register)
    town.sandbox.faults.clear()
    list_says(town, lastDocumentTimestamp=line["closed_at"])
    town.load_daily(date(2026, 2, 5), LAST)
    assert is_whole(town)
    assert town.gaps() == []


def test_a_missing_verdict_opens_its_day_and_the_next_load_asks_for_it(build_town: BuildTown) -> None:
    town = town_of(build_town)
    line = next(one for one in town.truth().values() if one["closed_at"][:10] == str(LAST))
    match = {"fiscalDriveNumber": line["fiscal_drive_number"], "shiftNumber": line["shift_number"]}
    for kind in ("closeShift", "openShift", "byShifts", "receipt"):
        town.sandbox.faults.add({"kind": "drop_document", "match": {"type": kind} | match})
    town.sandbox.faults.add(
        {"kind": "drop_document", "register": line["kkt_reg_id"], "match": {"type": "byDays", "date": str(LAST)}}
    )
    town.load()
    assert LAST not in open_days(town, line["kkt_reg_id"]), "nothing tells of the shift"
    town.sandbox.faults.clear()
    reconcile(town.context, town.inn, run_id="test", window=DAYS)
    assert LAST in open_days(town, line["kkt_reg_id"])
    assert town.sql("select day from control.covered_day where day = %s", LAST) == []
    town.load()
    assert is_whole(town)
    assert LAST not in open_days(town, line["kkt_reg_id"])


# --- entries that cannot be identified


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("number", [None, "", "РНМ", 5])
def test_no_day_is_covered_while_the_list_has_a_register_without_a_number(build_town: BuildTown, number: Any) -> None:
    town = town_of(build_town)
    list_says(town, regNumber=number)
    town.load()
    assert town.sql("select * from control.covered_day") == []
    (gap,) = (one for one in town.gaps() if one["reason"] == "unidentified")
    assert gap["unit_id"] == ""
    ((code, arguments),) = parse_all(gap["details"])
    assert (code, arguments["entries"]) == (Reason.ENTRIES_WITHOUT_NUMBER, 1)
    assert not certified(town)["is_complete"]
    town.sandbox.faults.clear()
    town.load()
    assert is_whole(town)
    assert town.gaps() == []
    assert len(town.sql("select * from control.covered_day")) == DAYS.days
    assert certified(town)["is_complete"]


# --- the machine's clock


def test_one_run_of_a_clock_that_is_ahead_covers_nothing_that_is_not_over(build_town: BuildTown) -> None:
    town = town_of(build_town)
    town.set_day(date(2026, 2, 4), hour=6)
    town.load()
    town.set_day(date(2026, 6, 1), hour=6)
    ahead = plan(town.context, town.inn, run_id="ahead")
    town.load()
    town.set_day(date(2026, 2, 5), hour=6)
    with pytest.raises(BadBatch, match="the clock was ahead"):
        publish(town.context, *ahead.batches)
    town.load()
    assert {day for (day,) in town.sql("select day from control.covered_day")} == set(Window(FIRST, date(2026, 2, 4)))
    town.load_daily(date(2026, 2, 5), LAST)
    assert is_whole(town)


def test_a_day_is_over_when_it_is_over_at_the_westernmost_register(build_town: BuildTown) -> None:
    town = town_of(build_town, timezone="Asia/Vladivostok")
    town.sandbox.set_now(datetime(2026, 2, 4, 21, 59))  # 07:59 of the 5th in Vladivostok, 23:59 in Kaliningrad
    town.load()
    assert max(shift["closed_at"].date() for shift in town.shifts()) == date(2026, 2, 3)
    town.sandbox.set_now(datetime(2026, 2, 4, 22, 1))
    town.load()
    assert max(shift["closed_at"].date() for shift in town.shifts()) == date(2026, 2, 4)
