"""One invalid entry of a list or one refused part of an organisation: the rest is loaded, and what lacks is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from sandbox import MarketSettings
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.window import MARKET, Window
from smena.reconciliation.certificate import certify
from smena.reconciliation.reconcile import reconcile
from tests.integration.conftest import BuildTown
from tests.integration.test_runs import run
from tests.town import EASY, FIRST, Town

LAST = date(2025, 12, 3)
TWO = replace(EASY, organizations=2, registers_per_organization=2, last_day=LAST, receipts_per_shift=3)
NOW = datetime(2025, 12, 5, 12)
BRANCH = "00000000-0000-4000-8000-00000000b0b0"


def whole(town: Town) -> bool:
    """Whether every closed shift that may be read is booked."""
    booked = {(row["fiscal_drive_number"], row["shift_number"]) for row in town.shifts() if row["source"] == "ofd"}
    return booked == set(town.truth())


def list_twice(town: Town, kind: str, match: dict[str, Any], change: dict[str, Any]) -> None:
    town.sandbox.faults.add({"kind": "repeat_document", "match": {"type": kind} | match, "set": change})


@pytest.mark.few_cases(2)
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"regNumber": "  {register} "},
        {"regNumber": "0000{register}"},
        {"lastDocumentTimestamp": "2025-12-01T10:00:00"},
        {"permissionFrom": "2025-12-02T00:00:00"},
        {"name": "другая касса", "kpp": "960101001"},
    ],
)
def test_a_register_that_is_listed_twice_is_one_register(build_town: BuildTown, change: dict[str, str]) -> None:
    town = build_town(TWO, now=NOW)
    fields = {name: value.format(register=town.register()) for name, value in change.items()}
    list_twice(town, "cashbox", {"regNumber": town.register()}, fields)
    run(town)
    assert whole(town)
    assert town.sql("select count(*) from control.register") == [(4,)]
    assert town.gaps() == []


def test_an_organisation_that_is_listed_twice_is_one(build_town: BuildTown) -> None:
    town = build_town(TWO, now=NOW)
    list_twice(town, "organization", {"inn": town.inn}, {})
    run(town)
    assert whole(town)


@pytest.mark.few_cases(2)
@pytest.mark.parametrize(
    "permission",
    [
        ("2025-12-02T12:00:00", "2025-12-03T12:00:00"),
        ("2025-12-02T12:00:00", "2025-12-02T18:00:00"),
        ("2025-12-03T00:00:00", "2025-12-01T00:00:00"),
        ("2026-12-03T00:00:00", "2020-12-01T00:00:00"),
    ],
)
def test_a_permission_without_a_whole_day_is_a_gap_of_its_register(
    build_town: BuildTown, permission: tuple[str, str]
) -> None:
    town = build_town(TWO, now=NOW)
    change = dict(zip(("permissionFrom", "permissionTo"), permission, strict=True))
    match = {"type": "cashbox", "regNumber": town.register()}
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": change})
    run(town)
    town.load(FIRST, LAST)
    assert {(gap["unit_id"], gap["reason"]) for gap in town.gaps()} == {(town.register(), "no_whole_day")}
    booked = {row["kkt_reg_id"] for row in town.shifts()}
    assert booked == {one["kkt_reg_id"] for one in town.truth().values()} - {town.register()}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "status", "status": 403}, "HTTP 403"),
        ({"kind": "status", "status": 404}, "HTTP 404"),
        ({"kind": "html"}, "no JSON"),
    ],
)
def test_a_part_of_an_organisation_that_cannot_be_listed_is_named(
    build_town: BuildTown, fault: dict[str, Any], words: str
) -> None:
    town = build_town(TWO, now=NOW)
    list_twice(town, "organization", {"inn": town.inn}, {"id": BRANCH})
    town.sandbox.faults.add({**fault, "path": f"{BRANCH}/cashboxes"})
    run(town)
    assert whole(town)
    (gap,) = town.gaps()
    assert (gap["organization_inn"], gap["unit_id"], gap["reason"]) == (town.inn, BRANCH, "not_listed")
    assert words in gap["details"]
    covered = town.sql("select distinct organization_inn from control.covered_day")
    assert covered == [(town.inns[1],)]
    window = Window(FIRST, LAST)
    found = reconcile(town.context, town.inn, run_id="test", window=window)
    assert words in found.unasked[BRANCH] and found.waits
    made = certify(town.warehouse, town.inn, window, made_by="test", now=datetime(2026, 1, 1, tzinfo=UTC))
    assert (made["is_complete"], made["not_listed"]) == (False, [BRANCH])

    town.sandbox.faults.clear()
    run(town)
    assert town.gaps() == []


def test_a_rejected_entry_of_the_list_is_released_once_the_list_can_be_read(build_town: BuildTown) -> None:
    town = build_town(TWO, now=NOW)
    match = {"type": "cashbox", "regNumber": town.register()}
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": {"regNumber": "9" * 9000}})
    run(town)
    (record,) = town.quarantine()
    assert (record["kind"], record["state"]) == ("cashbox", "open")
    town.sandbox.faults.clear()
    run(town)
    assert [one["state"] for one in town.quarantine()] == ["released"]
    assert whole(town)


def test_an_answer_that_can_be_read_when_it_is_tried_again_raises_no_alert(build_town: BuildTown) -> None:
    town = build_town(TWO, now=NOW)
    town.sandbox.faults.add({"kind": "html", "method": "by-shifts", "register": town.register()})
    run(town)
    assert {one["state"] for one in town.quarantine()} == {"open"}
    town.sandbox.faults.clear()
    run(town)
    assert whole(town)
    assert {one["state"] for one in town.quarantine()} == {"released"}


def test_a_byte_order_mark_before_every_answer_changes_nothing(build_town: BuildTown) -> None:
    town = build_town(TWO, now=NOW, behaviour={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    town.sandbox.faults.add({"kind": "byte_order_mark"})
    run(town)
    town.load(product=MARKET)
    assert whole(town)
    assert town.quarantine() == []


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("name", ["id", "number", "cashboxId", "cashRegisterId"])
def test_an_identifier_of_market_that_is_too_long_costs_its_cheque_only(build_town: BuildTown, name: str) -> None:
    town = build_town(TWO, now=NOW, behaviour={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    change = {"kind": "patch_document", "match": {"type": "cheque"}, "set": {name: "x" * 9000}, "times": 1}
    town.sandbox.faults.add(change)
    town.load(product=MARKET)
    assert [one["reason"] for one in town.quarantine()] == [reason(Reason.TOO_LONG, what=name, most=128)]
    assert town.shifts()


def test_totals_that_leave_out_an_operation_say_that_it_had_none(build_town: BuildTown) -> None:
    town = build_town(TWO, now=NOW, detail="totals")
    for kind in ("byShifts", "byDays"):
        town.sandbox.faults.add({"kind": "patch_document", "match": {"type": kind}, "drop": ["buy", "returnBuy"]})
    run(town)
    assert whole(town)
    assert town.quarantine() == []


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("value", [None, "", "abc", "96010100", []])
def test_a_shop_keeps_its_cash_book_when_a_later_list_names_none(build_town: BuildTown, value: Any) -> None:
    town = build_town(replace(TWO, organizations=1), now=NOW, behaviour={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "shop"}, "set": {"kpp": "960143001"}})
    town.load(FIRST, FIRST, product=MARKET)
    town.sandbox.faults.clear()
    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "shop"}, "set": {"kpp": value}})
    town.load(product=MARKET)
    assert town.sql("select distinct kpp from accounting.shift where source = 'market'") == [("960143001",)]
    assert town.quarantine() == []
