"""A z-report is asked for once more before it is booked where no neighbour proves its ФН and ФД numbers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from sandbox import WorldSettings
from tests.integration.conftest import BuildTown
from tests.town import FIRST, Town

LAST = FIRST + timedelta(days=9)
DAY = FIRST + timedelta(days=4)
WORLD = WorldSettings(
    first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=2, receipts_per_shift=6,
    corrections_are_dated=True,
).easy()  # fmt: skip


def once(town: Town, kind: str, match: dict[str, Any], **damage: Any) -> None:
    """Damages a document in the first answer that holds it, and in no other."""
    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": kind, **match}, "times": 1, **damage})


def day_of(line: dict[str, Any]) -> date:
    return date.fromisoformat(line["closed_at"][:10])


def shift_of(town: Town, day: date) -> dict[str, Any]:
    """The shift that the first register closed on a day."""
    (line,) = (line for line in town.truth().values() if line["kkt_reg_id"] == town.register() and day_of(line) == day)
    return line


def match_of(line: dict[str, Any]) -> dict[str, Any]:
    return {"fiscalDriveNumber": line["fiscal_drive_number"], "shiftNumber": line["shift_number"]}


def asked_for_documents(town: Town) -> int:
    return town.sandbox.requests.count("by-period", register=town.register())


def amounts(town: Town) -> list[tuple[Any, ...]]:
    return town.sql(
        "select kkt_reg_id, shift_number, kind, taxation, amount, vat, date, basis from accounting.cash_order "
        "inner join accounting.shift using (shift_id) order by 1, 2, 3, 4"
    )


@pytest.mark.parametrize(
    "wrong", [{"fiscalDocumentNumber": 77}, {"fiscalDriveNumber": "9960100000000077"}, {"shiftNumber": 77}]
)
def test_a_damaged_z_report_without_a_neighbour_waits_and_is_booked_by_the_next_load(
    build_town: BuildTown, wrong: dict[str, Any]
) -> None:
    town = build_town(WORLD)
    line = shift_of(town, DAY)
    once(town, "closeShift", match_of(line), set=wrong)
    town.load(DAY, DAY)
    assert town.register() not in {shift["kkt_reg_id"] for shift in town.shifts()}
    reasons = {one["reason"] for one in town.quarantine()}
    assert reasons, "it is in quarantine with a reason"
    assert DAY in town.open_days(town.register())
    town.load(DAY, DAY)
    undisturbed = build_town(WORLD)
    undisturbed.load(DAY, DAY)
    assert amounts(town) == amounts(undisturbed)


def test_a_z_report_whose_neighbour_comes_with_it_or_is_in_the_warehouse_is_asked_for_once(
    build_town: BuildTown,
) -> None:
    town = build_town(WORLD)
    town.load(DAY, DAY)
    assert asked_for_documents(town) == 2, "the reports of the days after it come in the same answer"
    town.sandbox.requests.reset()
    town.load(DAY + timedelta(days=1), DAY + timedelta(days=1))
    assert asked_for_documents(town) == 2


def test_a_z_report_that_contradicts_its_neighbour_in_the_warehouse_is_asked_for_again(build_town: BuildTown) -> None:
    town = build_town(WORLD)
    town.load(DAY, DAY)
    following = DAY + timedelta(days=1)
    once(town, "closeShift", match_of(shift_of(town, following)), set={"fiscalDocumentNumber": 77})
    town.load(following, following)
    assert town.quarantine(), "two contents of one shift"
    assert following in town.open_days(town.register())
