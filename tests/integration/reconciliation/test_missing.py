"""One thing is taken from the source: completeness or сверка names exactly that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smena.decisions.conflicts import open_decisions
from smena.messages import translate
from smena.model.reason_text import has
from smena.model.reasons import Reason
from smena.model.window import Window
from smena.reconciliation.reconcile import ReconcileResult, reconcile
from tests.town import EASY, FIRST, LAST, Town

BuildTown = Callable[..., Town]
WHOLE = Window(FIRST, LAST + timedelta(days=1))
SHOP = replace(EASY, every_night=2, every_replaced_drive=2, registers_per_organization=2)


def prove(town: Town, window: Window = WHOLE) -> ReconcileResult:
    return reconcile(town.context, town.inn, run_id="test", window=window)


def of_shift(fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"fiscalDriveNumber": fields["fiscal_drive_number"], "shiftNumber": fields["shift_number"], **more}


def shifts_of(town: Town, place: int = 0) -> list[dict[str, Any]]:
    """Closed shifts of a register, in the order of time."""
    register = town.register(place)
    return sorted((one for one in town.truth().values() if one["kkt_reg_id"] == register), key=lambda s: s["closed_at"])


def named(found: ReconcileResult) -> set[str]:
    return {translate(text) for row in found.registers if row["verdict"] == "missing" for text in row["missing"]}


def days_lacking(found: ReconcileResult) -> set[tuple[str, str]]:
    return {(row["kkt_reg_id"], str(row["day"])) for row in found.lacking}


def name_of(fields: dict[str, Any]) -> str:
    return f"ФН {fields['fiscal_drive_number']}, смена № {fields['shift_number']}"


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("where", [0, 1, 20, -2, -1])
@pytest.mark.parametrize("place", [0, 1])
def test_a_shift_whose_z_report_did_not_come_is_named_on_its_day(build_town: BuildTown, where: int, place: int) -> None:
    town = build_town(SHOP)
    lost = shifts_of(town, place)[where]
    town.sandbox.faults.add({"kind": "drop_document", "match": of_shift(lost, type="closeShift")})
    town.load()
    found = prove(town)
    asked = open_decisions(town.warehouse, town.inn)
    if asked:
        # Its drive was replaced long ago: no load can bring its report any more, and a person is asked.
        assert [(one["fiscal_drive_number"], one["shift_number"]) for one in asked] == [
            (lost["fiscal_drive_number"], lost["shift_number"])
        ]
        assert has(asked[0]["reason"], Reason.CLOSING_REPORT_LOST)
        assert (place, named(found)) == (1, set())
        # Its days were left open for the report; the next load covers them.
        town.load()
        assert days_lacking(prove(town)) == set()
        return
    assert named(found) == {name_of(lost)}
    assert days_lacking(found) == {(lost["kkt_reg_id"], lost["closed_at"][:10])}


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("where", [0, 1, 20, -2, -1])
@pytest.mark.parametrize("place", [0, 1])
def test_a_shift_that_the_operator_lost_altogether_is_named_still(
    build_town: BuildTown, where: int, place: int
) -> None:
    """Only the totals by day report it: the numbers within the drive show which it was."""
    town = build_town(SHOP)
    lost = shifts_of(town, place)[where]
    town.sandbox.faults.add({"kind": "drop_document", "match": of_shift(lost)})
    town.load()
    found = prove(town)
    assert [name.removesuffix(" или позже") for name in named(found)] == [name_of(lost)]
    assert days_lacking(found) <= {(lost["kkt_reg_id"], lost[end][:10]) for end in ("opened_at", "closed_at")}
    assert {row["kind"] for row in found.differences} == {"days"}
    short = sum(
        row["details"]["by_days"]["receipts"] - row["details"]["by_shifts"]["receipts"] for row in found.differences
    )
    assert short == lost["receipts"]
    assert sum(row["amount"] for row in found.differences) * 100 == -(
        lost["cash_income"] - lost["cash_refund"] - lost["cash_payout"] + lost["cash_payout_refund"]
    )


@pytest.mark.parametrize("which", ["last of the old drive", "first of the new drive"])
def test_a_shift_lost_where_the_drive_was_replaced_is_named_by_its_own_drive(build_town: BuildTown, which: str) -> None:
    """Numbers start again at 1: what is missing is missing within its drive."""
    town = build_town(SHOP)
    shifts = next(shifts_of(town, n) for n in (0, 1) if len({s["fiscal_drive_number"] for s in shifts_of(town, n)}) > 1)
    (old, new) = next(
        pair for pair in pairwise(shifts) if pair[0]["fiscal_drive_number"] != pair[1]["fiscal_drive_number"]
    )
    lost = old if which.startswith("last") else new
    town.sandbox.faults.add({"kind": "drop_document", "match": of_shift(lost)})
    town.load()
    assert [name.removesuffix(" или позже") for name in named(prove(town))] == [name_of(lost)]


def test_a_receipt_that_did_not_come_is_named_by_its_number(build_town: BuildTown) -> None:
    town = build_town(SHOP, detail="receipts")
    lost = shifts_of(town)[12]
    number = lost["fiscal_document_number"] - 3
    match = {"type": "receipt", "fiscalDriveNumber": lost["fiscal_drive_number"], "fiscalDocumentNumber": number}
    town.sandbox.faults.add({"kind": "drop_document", "match": match})
    town.load()
    found = prove(town)
    assert named(found) == {f"{name_of(lost)}: нет чеков, среди них ФД № {number}"}
    assert days_lacking(found) == {(lost["kkt_reg_id"], lost["closed_at"][:10])}


@pytest.mark.few_cases(1)
@pytest.mark.parametrize("kind", ["status", "html", "empty_body", "cut_json"])
def test_a_page_that_did_not_come_leaves_the_days_of_its_register_missing(build_town: BuildTown, kind: str) -> None:
    town = build_town(SHOP, behaviour={"page_cap": 20})
    register = town.register(0)
    town.sandbox.faults.add({"kind": kind, "register": register, "method": "by-period"})
    town.load()
    town.sandbox.faults.clear()
    found = prove(town)
    lacking = {row["kkt_reg_id"] for row in found.lacking}
    assert lacking == {register}
    assert {(line["kkt_reg_id"], line["closed_at"][:10]) for line in shifts_of(town)} <= days_lacking(found)
    assert {name_of(line) for line in shifts_of(town)} == named(found)
    town.load()
    assert prove(town).lacking == []


def test_what_is_not_loaded_yet_is_missing_and_then_it_is_not(build_town: BuildTown) -> None:
    town = build_town(SHOP)
    town.load(FIRST, WHOLE.first_day.replace(day=20))
    before = prove(town, Window(FIRST, FIRST.replace(day=21)))
    assert {row["day"] for row in before.lacking} == {FIRST.replace(day=21)}
    town.load()
    assert not prove(town).waits


def test_a_shift_that_is_still_open_is_reported_as_open(build_town: BuildTown) -> None:
    town = build_town(SHOP, now=datetime(2025, 12, 10, 6))
    night = next(
        place for place in (0, 1) if any(s["closed_at"][:10] != s["opened_at"][:10] for s in shifts_of(town, place))
    )
    town.load()
    last_day = town.context.now().date().replace(day=9)
    found = prove(town, Window(FIRST, last_day))
    opened = {row["kkt_reg_id"] for row in found.registers if (row["verdict"], row["day"]) == ("open", last_day)}
    assert opened == {town.register(night)}
    assert not found.waits


def test_days_before_the_start_and_registers_that_the_mandate_does_not_name_are_disabled(build_town: BuildTown) -> None:
    town = build_town(SHOP)
    start = FIRST.replace(day=10)
    town.disable()
    town.enable(start, registers=[town.register(0)])
    town.load()
    found = prove(town)
    for row in found.registers:
        wanted = row["kkt_reg_id"] == town.register(0) and row["day"] >= start
        assert (row["verdict"] == "disabled") is not wanted
    assert not found.waits
    assert {row["verdict"] for row in found.days if row["day"] >= start} <= {"complete", "offline"}


def test_the_days_of_a_register_that_the_operator_refuses_are_not_readable(build_town: BuildTown) -> None:
    town = build_town(SHOP)
    town.sandbox.faults.add({"kind": "forbid_register", "register": town.register(1)})
    town.load()
    found = prove(town)
    assert {row["verdict"] for row in found.registers if row["kkt_reg_id"] == town.register(1)} == {"out_of_reach"}
    assert list(found.unasked) == [town.register(1)]
    assert found.waits


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whichever_shifts_are_lost_these_are_named_and_no_others(build_town: BuildTown, data: st.DataObject) -> None:
    town = build_town(SHOP)
    all_shifts = shifts_of(town, 0) + shifts_of(town, 1)
    lost = [
        all_shifts[place] for place in data.draw(st.sets(st.integers(0, len(all_shifts) - 1), min_size=1, max_size=4))
    ]
    for one in lost:
        town.sandbox.faults.add({"kind": "drop_document", "match": of_shift(one, type="closeShift")})
    town.load()
    found = prove(town)
    # A report that was lost before its drive was replaced cannot come any more: its shift waits for a person.
    waits = {name_of(one) for one in town.shifts() if one["fiscal_document_number"] is None}
    assert named(found) | waits == {name_of(one) for one in lost}
    closed = {(one["kkt_reg_id"], one["closed_at"][:10]) for one in lost}
    # Both days of a shift that waits over midnight were left open for its report.
    opened = {(one["kkt_reg_id"], one["opened_at"][:10]) for one in lost if name_of(one) in waits}
    assert closed <= days_lacking(found) <= closed | opened
