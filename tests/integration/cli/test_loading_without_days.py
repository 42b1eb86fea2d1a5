"""`smena load` without days, the days it refuses, and what makes it end with 1."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from smena.loading.run import plan_run
from smena.model.window import OFD
from tests.integration.cli.shop import FIRST, LAST, MARCH, Shop
from tests.integration.conftest import BuildTown

DAY = timedelta(days=1)


def assignments(shop: Shop, batch_id: int) -> list[tuple[Any, ...]]:
    return shop.town.sql(
        "select unit_id, first_day, last_day, reason from control.assignment where batch_id = %s order by 1, 2",
        batch_id,
    )


def test_without_days_it_loads_what_the_daily_run_would(shop: Shop, build_town: BuildTown) -> None:
    other = build_town(MARCH, start=FIRST, beside=shop.town)
    daily = plan_run(shop.town.context.__class__(other.warehouse, other.endpoint), run_id="daily", product=OFD)
    planned = shop.cli.here("plan", "--inn", shop.inn, "--json").data["windows"]
    done = shop.cli.run("load", "--inn", shop.inn, "--json")
    assert done.code == 0, done.err
    mine = assignments(shop, done.data["batch_id"])
    assert mine == assignments(Shop(other), daily["batches"][0])
    assert [(row[0], str(row[1]), str(row[2]), row[3]) for row in mine] == sorted(
        (one["unit_id"], one["first_day"], one["last_day"], one["reason"]) for one in planned
    )
    assert shop.is_loaded_right()
    assert shop.town.sql("select reason, product from control.batch") == [("planned", "ofd")]


def test_without_days_what_is_covered_is_not_loaded_again(shop: Shop) -> None:
    assert shop.cli.here("load", "--inn", shop.inn).code == 0
    done = shop.cli.here("load", "--inn", shop.inn, "--json")
    assert done.code == 0
    assert "missing" not in {row[3] for row in assignments(shop, done.data["batch_id"])}
    assert set(done.data["summary"]["verdicts"]) <= {"same"}


def test_without_days_a_day_that_is_open_is_loaded(shop: Shop) -> None:
    words = ("load", "--inn", shop.inn, "--product", "ofd", "--from", str(FIRST), "--to", str(FIRST + DAY), "--json")
    assert shop.cli.here(*words).code == 0
    assert not shop.is_loaded_right()
    assert shop.cli.here("load", "--inn", shop.inn).code == 0
    assert shop.is_loaded_right()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--from", str(FIRST)), "--to is missing — give both days, or none to load what is wanted and not covered"),
        (("--to", str(LAST)), "--from is missing — give both days, or none to load what is wanted and not covered"),
        (
            ("--from", str(FIRST - DAY), "--to", str(LAST)),
            f"from: {FIRST - DAY} is before the start date in force, {FIRST}"
            " — leave it empty, or switch the integration on from that date first",
        ),
        (
            ("--from", str(FIRST - 30 * DAY), "--to", str(FIRST - 20 * DAY)),
            f"from: {FIRST - 30 * DAY} is before the start date in force, {FIRST}"
            " — leave it empty, or switch the integration on from that date first",
        ),
    ],
)
def test_days_that_cannot_be_asked_for_are_wrong_use(shop: Shop, words: tuple[str, ...], why: str) -> None:
    done = shop.cli.here("load", "--inn", shop.inn, *words, "--json")
    assert (done.code, done.error) == (2, why)
    assert done.data == {"error": why, "exit_code": 2}
    assert shop.town.table("control.batch", "batch_id") == []


# --- 1 only where this run left something waiting


def window_of(shop: Shop, first: date, last: date) -> tuple[str, ...]:
    return ("load", "--inn", shop.inn, "--product", "ofd", "--from", str(first), "--to", str(last), "--json")


def refuse_a_register(shop: Shop) -> None:
    shop.disturb(0, "forbid_register")


def reject_a_record(shop: Shop) -> None:
    match = {"type": "closeShift", "shiftNumber": 1, "kktRegId": shop.town.register(0)}
    shop.town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": {"dateTime": "yesterday"}})


def lose_a_report(shop: Shop) -> None:
    shop.town.sandbox.faults.add(
        {"kind": "drop_document", "match": {"type": "closeShift", "shiftNumber": 1, "kktRegId": shop.town.register(0)}}
    )


def leave_a_shift_incomplete(shop: Shop) -> None:
    """Its totals do not agree with themselves, and its receipts do not come."""
    match = {"type": "byShifts", "shiftNumber": 1, "kktRegId": shop.town.register(0)}
    shop.town.sandbox.faults.add({"kind": "drop_document", "match": match})
    for kind in ("receipt", "bso", "receiptCorrection", "bsoCorrection"):
        shop.town.sandbox.faults.add(
            {"kind": "drop_document", "match": {"type": kind, "shiftNumber": 1, "kktRegId": shop.town.register(0)}}
        )


TROUBLE: dict[str, tuple[Callable[[Shop], None], str]] = {
    "a window that was refused": (refuse_a_register, "windows_not_read"),
    "a record in quarantine": (reject_a_record, "quarantined"),
    "a shift whose report did not come": (lose_a_report, "gaps"),
    "an incomplete shift": (leave_a_shift_incomplete, "shifts_waiting"),
}


@pytest.mark.few_cases(1)
@pytest.mark.parametrize("name", TROUBLE)
def test_what_this_run_left_waiting_ends_it_with_1_and_other_days_do_not_count(shop: Shop, name: str) -> None:
    make_trouble, counted = TROUBLE[name]
    make_trouble(shop)
    middle = FIRST + 3 * DAY
    left = shop.cli.here(*window_of(shop, FIRST, middle))
    assert left.code == 1
    assert left.data["waiting"][counted] > 0
    # The days that wait are still there, but a run of other days has nothing to do with them.
    shop.town.sandbox.faults.clear()
    others = shop.cli.here(*window_of(shop, middle + DAY, LAST))
    assert (others.code, set(others.data["waiting"].values())) == (0, {0})
    # A run that loads them whole leaves nothing.
    again = shop.cli.here(*window_of(shop, FIRST, middle))
    assert (again.code, set(again.data["waiting"].values())) == (0, {0})
    assert shop.is_loaded_right()


@pytest.mark.few_cases(1)
@pytest.mark.parametrize("name", TROUBLE)
def test_what_stays_waiting_in_the_days_of_this_run_counts_again(shop: Shop, name: str) -> None:
    TROUBLE[name][0](shop)
    assert [shop.load().code, shop.load().code] == [1, 1]
    assert shop.cli.here("load", "--inn", shop.inn).code == 1


def test_a_decision_counts_for_the_run_that_asked_for_it_only(shop: Shop) -> None:
    assert shop.load().code == 0
    order = next(one for one in shop.town.orders() if one["kind"] == "pko" and one["date"] == FIRST)
    shop.town.sql("update accounting.cash_order set status = 'accepted' where document_id = %s", order["document_id"])
    (shift,) = [one for one in shop.town.shifts() if one["shift_id"] == order["shift_id"]]
    match = {"fiscalDriveNumber": shift["fiscal_drive_number"], "shiftNumber": shift["shift_number"]}
    more = int((shift["cash_income"] + 1) * 100)
    total = int((shift["cash_income"] + 1 + shift["cashless_income"]) * 100)
    changed = {"sell.cashTotal": more, "sell.total": total}
    for kind in ("byShifts", "byDays"):
        shop.town.sandbox.faults.add({"kind": "patch_document", "match": {"type": kind, **match}, "set": changed})
    asked = shop.cli.here(*window_of(shop, FIRST, LAST))
    assert asked.code == 1, asked.data
    assert asked.data["waiting"]["open_decisions"] + asked.data["waiting"]["shifts_waiting"] > 0
    others = shop.cli.here(*window_of(shop, FIRST + 3 * DAY, LAST))
    assert (others.code, set(others.data["waiting"].values())) == (0, {0})
    assert shop.cli.here("conflicts", "--inn", shop.inn).code == 1


def test_days_that_cannot_be_read_count_once_where_no_days_were_asked_for(shop: Shop) -> None:
    """Every plan writes anew that a register has no documents before its first one."""
    shop.town.disable()
    shop.town.enable(FIRST - 5 * DAY)
    first = shop.cli.here("load", "--inn", shop.inn, "--json")
    assert (first.code, first.data["waiting"]["gaps"]) == (1, 3)
    second = shop.cli.here("load", "--inn", shop.inn, "--json")
    assert (second.code, set(second.data["waiting"].values())) == (0, {0})
    assert len(second.data["gaps"]) == 3
    # Who asks for these days is shown them every time.
    asked = shop.cli.here(*window_of(shop, FIRST - 2 * DAY, FIRST))
    assert (asked.code, asked.data["waiting"]["gaps"]) == (1, 3)
