"""A backfill: quarter by quarter what is missing, stopped and resumed, and the same books as one plain load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from smena.loading.run import load_shards, publish_batches, report_run
from smena.model.errors import PassingFault, WrongUse
from smena.planning.backfill import Backfill, parse_request, plan_backfill, preview_backfill, start_backfill
from tests.invented import ROMASHKA, VASILEK, WRONG
from tests.town import EASY, Town

BuildTown = Callable[..., Town]

FIRST, LAST = date(2025, 8, 20), date(2026, 1, 15)
THREE_QUARTERS = replace(EASY, first_day=FIRST, last_day=LAST, registers_per_organization=3, receipts_per_shift=2)


def asked(town: Town, **days: date) -> dict[str, Any]:
    return {"inn": town.inn, "product": "ofd"} | {name: str(day) for name, day in days.items()}


def planned(town: Town, run_id: str = "one", **days: date) -> Backfill:
    return plan_backfill(town.context, parse_request(asked(town, **days)), run_id=run_id)


def load_all(town: Town, made: Backfill) -> None:
    for shards in made.run_plan()["task_groups"]:
        load_shards(town.context, shards)


def publish_all(town: Town, made: Backfill) -> None:
    publish_batches(town.context, made.run_plan()["batches"], at_once=1)
    report_run(town.context, made.run_plan())


def backfill(town: Town, run_id: str = "one", **days: date) -> Backfill:
    """The tasks of the DAG, one after another."""
    made = planned(town, run_id, **days)
    load_all(town, made)
    publish_all(town, made)
    return made


def documents_asked(town: Town) -> int:
    requests = town.sandbox.requests
    return requests.count("by-period") + requests.count("by-shifts")


@contextmanager
def asking_nothing_of_documents(town: Town) -> Iterator[None]:
    town.sandbox.requests.reset()
    yield
    assert documents_asked(town) == 0


# --- the plan


def test_a_backfill_is_a_batch_a_quarter_and_a_window_a_register_in_each(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    made = planned(town)
    assert [(str(one.window), one.requested) for one in made.quarters if one.requested] == [
        ("2025-08-20…2025-09-30", 3),
        ("2025-10-01…2025-12-31", 3),
        ("2026-01-01…2026-02-19", 3),
    ]
    spans = town.sql("select reason, run_id, first_day, last_day from control.batch order by first_day")
    assert spans[0] == ("backfill", "one", FIRST, date(2025, 9, 30))
    assert spans[-1][3] == LAST + timedelta(days=35)


def test_a_dry_run_names_what_would_be_requested_and_stores_nothing(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST - timedelta(days=10))
    reported = preview_backfill(town.context, parse_request(asked(town)))
    assert [one.batches for one in reported.quarters] == [[], [], []]
    assert sum(one.covered_days for one in reported.quarters) == 0
    assert {gap["reason"] for gap in reported.gaps} == {"before_first_document"}
    for table in ("batch", "register", "gap", "assignment", "coverage"):
        assert town.sql(f"select count(*) from control.{table}") == [(0,)]  # noqa: S608
    assert documents_asked(town) == 0
    backfill(town)
    after = preview_backfill(town.context, parse_request(asked(town)))
    assert sum(one.requested + one.silent for one in after.quarters) == 0
    assert [one.covered_days for one in after.quarters] == [one.wanted_days for one in after.quarters]


def test_the_requests_that_a_plan_estimates_are_about_those_that_it_costs(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    reported = sum(one.requests for one in preview_backfill(town.context, parse_request(asked(town))).quarters)
    town.sandbox.requests.reset()
    backfill(town)
    assert reported * 0.7 <= documents_asked(town) <= reported * 1.3


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"inn": WRONG}, "'9607083894' is not a valid INN"),
        ({"inn": ""}, "is not a valid INN"),
        ({"product": "cash"}, "product: 'cash' is none of"),
        ({"from": "2025-02-30"}, "from: '2025-02-30' is not a date"),
        ({"to": "yesterday"}, "to: 'yesterday' is not a date"),
        ({"from": "2025-12-02", "to": "2025-12-01"}, "starts on 2025-12-02 after it ends on 2025-12-01"),
    ],
)
def test_impossible_parameters_are_wrong_use_by_name(params: dict[str, str], why: str) -> None:
    with pytest.raises(WrongUse, match=why):
        parse_request({"inn": ROMASHKA, "product": "ofd"} | params)


def test_an_impossible_range_is_refused_and_nothing_is_written(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    today = town.sandbox.current_time().date()
    for days, why in (
        ({"to": today}, "is not over yet"),
        ({"from": FIRST - timedelta(days=1)}, f"before the start date in force, {FIRST}"),
        ({"from": today}, "nothing is to be loaded yet"),
    ):
        with pytest.raises(WrongUse, match=why):
            planned(town, **days)
    town.disable()
    with pytest.raises(WrongUse, match="not switched on"):
        planned(town)
    assert town.sql("select count(*) from control.batch") == [(0,)]


# --- the same books


def test_a_backfill_makes_the_same_books_and_coverage_as_one_plain_load(build_town: BuildTown) -> None:
    one = build_town(THREE_QUARTERS, start=FIRST)
    backfill(one)
    other = build_town(THREE_QUARTERS, start=FIRST, beside=one)
    other.load()
    assert len(one.shifts()) == len(one.truth())
    assert one.books() == other.books()
    covered = "select unit_id, unnest(days) from control.covered order by 1, 2"
    assert one.sql(covered) == other.sql(covered)
    marks = "select kkt_reg_id, read_through from control.register order by 1"
    assert one.sql(marks) == other.sql(marks)


def test_after_a_backfill_neither_another_nor_the_daily_run_asks_again(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    backfill(town)
    with asking_nothing_of_documents(town):
        assert backfill(town, "two").run_plan()["batches"] == []
        town.load()


def test_days_that_are_named_are_loaded_and_no_others(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    first, last = date(2025, 9, 25), date(2025, 10, 5)
    backfill(town, **{"from": first, "to": last})
    days = {shift["closed_at"].date() for shift in town.shifts()}
    assert (min(days), max(days)) == (first, last)
    backfill(town, "two")
    whole = build_town(THREE_QUARTERS, start=FIRST, beside=town)
    whole.load()
    number = ("number",)
    assert town.books(but=number) == whole.books(but=number)


# --- stopped and resumed


def test_stopped_in_the_middle_of_loading_it_asks_no_window_twice(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    town.sandbox.requests.reset()
    first_run = planned(town)
    load_shards(town.context, first_run.run_plan()["task_groups"][0])
    second_run = backfill(town, "two")
    assert second_run.run_plan()["batches"] == first_run.run_plan()["batches"]
    assert town.sql("select distinct run_id from control.batch") == [("two",)]
    asked_once = documents_asked(town)
    undisturbed = build_town(THREE_QUARTERS, start=FIRST, beside=town)
    town.sandbox.requests.reset()
    backfill(undisturbed)
    assert asked_once == documents_asked(undisturbed)
    assert town.books() == undisturbed.books()
    assert len(town.shifts()) == len(town.truth())


def test_stopped_while_a_register_is_being_asked_it_asks_only_for_the_rest(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    unlucky = town.register()
    town.sandbox.faults.add({"kind": "status", "status": 500, "method": "by-shifts", "register": unlucky})
    made = planned(town)
    for shards in made.run_plan()["task_groups"]:
        with pytest.raises(PassingFault):
            load_shards(town.context, shards)
    town.sandbox.faults.clear()
    town.sandbox.requests.reset()
    backfill(town, "two")
    assert set(town.sandbox.requests.report()["by_register"]) == {unlucky}
    assert len(town.shifts()) == len(town.truth())


def test_stopped_between_two_quarters_only_the_others_are_published(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    made = planned(town)
    load_all(town, made)
    publish_batches(town.context, made.run_plan()["batches"][:1], at_once=1)
    numbers = {order["document_id"]: order["number"] for order in town.orders()}
    with asking_nothing_of_documents(town):
        again = backfill(town, "two")
    assert again.run_plan()["batches"] == made.run_plan()["batches"][1:]
    assert numbers.items() <= {order["document_id"]: order["number"] for order in town.orders()}.items()
    assert len(town.shifts()) == len(town.truth())


def test_an_abandoned_backfill_is_completed_by_the_daily_run_and_then_not_resumed(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    planned(town)
    town.load()
    books = town.books()
    with asking_nothing_of_documents(town):
        assert backfill(town, "two").run_plan()["batches"] == []
    assert town.books() == books
    assert town.sql("select distinct state from control.batch where reason = 'backfill'") == [("stopped",)]


def test_an_unfinished_batch_that_no_longer_fits_is_planned_anew(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    former = planned(town).run_plan()["batches"]
    town.disable()
    town.enable(FIRST, registers=[town.register(1)])
    made = backfill(town, "two")
    assert not set(made.run_plan()["batches"]) & set(former)
    assert {shift["kkt_reg_id"] for shift in town.shifts()} == {town.register(1)}


# --- another date


def test_an_earlier_date_loads_only_what_is_missing_and_numbers_stay(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=date(2025, 11, 10))
    backfill(town)
    numbers = {order["document_id"]: order["number"] for order in town.orders()}
    town.disable()
    town.enable(FIRST)
    made = backfill(town, "two")
    days = town.sql(
        "select min(first_day), max(last_day) from control.assignment where batch_id = any(%s)",
        made.run_plan()["batches"],
    )
    assert days == [(FIRST, date(2025, 11, 9))]
    assert numbers.items() <= {order["document_id"]: order["number"] for order in town.orders()}.items()
    assert len(town.shifts()) == len(town.truth())


def test_a_later_date_deletes_nothing(build_town: BuildTown) -> None:
    town = build_town(THREE_QUARTERS, start=FIRST)
    backfill(town)
    books = town.books()
    town.disable()
    town.enable(date(2025, 12, 1))
    with asking_nothing_of_documents(town):
        backfill(town, "two")
    assert town.books() == books


def test_late_documents_of_covered_days_are_still_found_after_a_backfill_of_others(build_town: BuildTown) -> None:
    """A register was offline; its silent days were covered. A backfill elsewhere must not hide its documents."""
    world = replace(
        THREE_QUARTERS, registers_per_organization=1, every_late=1, longest_outage_days=25,
        first_day=date(2025, 12, 1),
    )  # fmt: skip
    town = build_town(world, start=world.first_day)
    outage = town.sandbox.world.organizations[0].registers[0].outages[0]
    during = date(1970, 1, 1) + timedelta(seconds=outage.starts_at_s) + timedelta(days=3)
    town.set_day(during)
    town.load()
    town.set_day(LAST + timedelta(days=70))
    backfill(town, **{"from": during + timedelta(days=3)})
    assert len(town.shifts()) < len(town.truth())
    town.load()
    assert len(town.shifts()) == len(town.truth())


@pytest.mark.parametrize("by", ["anna", "", None])
def test_a_run_loads_only_what_was_granted_to_who_started_it(build_town: BuildTown, by: str | None) -> None:
    """Anna was granted another organisation. An organisation that does not exist is refused in the same words."""
    town = build_town(EASY, start=EASY.first_day)
    town.warehouse.run("page_user_grant", user_name="boris", inn=None, granted_by="test")
    town.warehouse.run("organization_add", inn=ROMASHKA, kpp="960701001", name="ООО «Ромашка»", tariff="uchetny",
                       modifier=None, timezone="Europe/Moscow")  # fmt: skip
    town.warehouse.run("page_user_grant", user_name="anna", inn=ROMASHKA, granted_by="test")
    for inn in (town.inn, VASILEK):
        for dry_run in (False, True):
            params = asked(town) | {"inn": inn, "dry_run": dry_run}
            with pytest.raises(WrongUse, match=rf"{inn} was not granted to anna" if by else "does not say who started"):
                start_backfill(town.context, params, run_id="one", by=by)
    assert town.sandbox.requests.count("by-period") == 0
    assert start_backfill(town.context, asked(town) | {"dry_run": True}, run_id="one", by="boris").inn == town.inn
    town.warehouse.run("page_user_grant", user_name="anna", inn=town.inn, granted_by="test")
    assert start_backfill(town.context, asked(town) | {"dry_run": True}, run_id="one", by="anna").inn == town.inn
