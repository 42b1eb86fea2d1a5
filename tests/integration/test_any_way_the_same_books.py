"""Run again, run twice at once, killed and run again, daily or all at once: the same accounting, row by row."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from smena.loading import fetching as extracting
from smena.loading import load as loading
from smena.loading.extract import extract
from smena.loading.load import load
from smena.loading.process import process
from smena.loading.publish import publish
from smena.planning.plan import plan
from smena.warehouse import pages
from smena.warehouse.database import Transaction
from tests.town import FIRST, LAST, SMALL, Town

AFTER = LAST + timedelta(days=5)
QUIET = replace(SMALL, every_late=0)
BuildTown = Callable[..., Town]


@pytest.fixture
def clean(build_town: BuildTown) -> Town:
    """A town loaded once, without any trouble."""
    town = build_town()
    town.load()
    return town


# --- again


def test_a_window_loaded_again_changes_nothing(clean: Town) -> None:
    books = clean.books(), clean.covered()
    clean.load(FIRST, LAST)
    assert (clean.books(), clean.covered()) == books
    clean.load()
    assert (clean.books(), clean.covered()) == books


def test_a_window_loaded_again_writes_no_row_at_all(clean: Town) -> None:
    before = clean.shifts(), clean.orders()
    clean.load(FIRST, LAST)
    assert (clean.shifts(), clean.orders()) == before


def test_each_step_run_twice_changes_nothing(build_town: BuildTown, clean: Town) -> None:
    town = build_town(beside=clean)
    made = plan(town.context, town.inn, run_id="test")
    ((batch_id, shards),) = made.batches.items()
    for shard in shards:
        for _ in range(2):
            extract(town.context, batch_id, shard)
        for _ in range(2):
            process(town.context, batch_id, shard)
    for _ in range(2):
        publish(town.context, batch_id)
    assert town.books() == clean.books()


def test_small_windows_in_any_order_end_as_one_long_window(build_town: BuildTown, clean: Town) -> None:
    town = build_town(beside=clean)
    for first in sorted((FIRST + timedelta(days=n) for n in range(0, 46, 9)), key=lambda day: (day.day * 7) % 31):
        town.load(first, min(first + timedelta(days=8), LAST))
    town.load()
    # Numbers are given as shifts come; everything else is the same.
    assert town.books(but=["number"]) == clean.books(but=["number"])
    numbers = [(order["kpp"], order["kind"], order["book_year"], order["number"]) for order in town.orders()]
    assert numbers == [(order["kpp"], order["kind"], order["book_year"], order["number"]) for order in clean.orders()]


# --- at once


def test_two_runs_at_once_book_every_shift_once(build_town: BuildTown, clean: Town) -> None:
    town = build_town(beside=clean)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: load(town.context, town.inn, run_id=f"run {n}"), range(4)))
    assert town.books() == clean.books()


def test_one_batch_published_by_two_processes_at_once_is_published_once(build_town: BuildTown, clean: Town) -> None:
    town = build_town(beside=clean)
    made = plan(town.context, town.inn, run_id="test")
    ((batch_id, shards),) = made.batches.items()
    for shard in shards:
        loading.stage(town.context, batch_id, shard)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: publish(town.context, batch_id).summary, range(4)))
    assert all(summary == done[0] for summary in done)
    assert town.books() == clean.books()


# --- killed


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _run_and_die(town: Town, step: str, nth: int) -> None:
    """Run the pipeline in a child process, which is killed when it comes to a step for the nth time."""
    left = nth

    def dying(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                _die()
            return function(*args, **kwargs)

        return wrapped

    if step == "page":
        pages.PageStore.add = dying(pages.PageStore.add)  # type: ignore[method-assign]
    elif step == "mark":
        extracting.ledger.mark = dying(extracting.ledger.mark)
    elif step == "process":
        loading.process = dying(loading.process)  # type: ignore[attr-defined]
    else:
        setattr(loading, step, dying(getattr(loading, step)))
    load(town.context, town.inn, run_id="killed")


@pytest.mark.few_cases(2)
@pytest.mark.parametrize(
    ("step", "nth"), [("stage", 0), ("page", 1), ("page", 9), ("mark", 2), ("process", 0), ("publish", 0)]
)
def test_a_run_killed_between_two_steps_is_made_good_by_the_next(
    build_town: BuildTown, clean: Town, step: str, nth: int
) -> None:
    town = build_town(beside=clean)
    child = multiprocessing.get_context("fork").Process(target=_run_and_die, args=(town, step, nth))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    town.load()
    assert town.books() == clean.books()


PUBLISHING = [
    "slice_scope", "apply_tables", "apply_proposals", "apply_new_shifts", "apply_issued_orders", "publish_coverage",
    "publish_covered_days", "publish_summary",
]  # fmt: skip


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("statement", PUBLISHING)
def test_a_run_killed_in_the_middle_of_publishing_leaves_nothing_behind(
    build_town: BuildTown, clean: Town, statement: str
) -> None:
    town = build_town(beside=clean)
    made = plan(town.context, town.inn, run_id="test")
    ((batch_id, shards),) = made.batches.items()
    for shard in shards:
        loading.stage(town.context, batch_id, shard)

    def publish_and_die() -> None:
        run = Transaction.run

        def dying(self: Transaction, name: str, /, **parameters: Any) -> int:
            done = run(self, name, **parameters)
            if name == statement:
                _die()
            return done

        Transaction.run = dying  # type: ignore[method-assign]
        publish(town.context, batch_id)

    child = multiprocessing.get_context("fork").Process(target=publish_and_die)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert (town.shifts(), town.orders(), town.covered()) == ([], [], [])
    publish(town.context, batch_id)
    assert town.books() == clean.books()


def test_a_stage_that_the_server_lost_is_made_again_from_the_evidence(build_town: BuildTown, clean: Town) -> None:
    town = build_town(beside=clean)
    made = plan(town.context, town.inn, run_id="test")
    ((batch_id, shards),) = made.batches.items()
    for shard in shards:
        loading.stage(town.context, batch_id, shard)
    town.sql("truncate stage.shift, stage.cash_order, stage.reject")
    asked = town.sandbox.requests.count()
    publish(town.context, batch_id)
    assert town.sandbox.requests.count() == asked
    assert town.books() == clean.books()


# --- daily


def test_daily_loads_and_one_long_load_give_identical_rows(build_town: BuildTown) -> None:
    # With the turn of the year in it, where the numbers of a cash book begin anew.
    first, last = date(2025, 12, 22), date(2026, 1, 11)
    daily = build_town(QUIET, start=first)
    daily.load_daily(first, last)
    daily.set_day(AFTER)
    at_once = build_town(beside=daily, start=first)
    at_once.load(first, last)
    assert len(at_once.orders()) > 100
    assert daily.books() == at_once.books()


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_late_registers_end_in_the_same_rows_whenever_their_documents_came(build_town: BuildTown, detail: str) -> None:
    world = replace(SMALL, every_late=2, registers_per_organization=4)
    daily = build_town(world, detail=detail)
    # There is a run every third day only, and the last one comes when the last register has sent its documents.
    for day in (FIRST + timedelta(days=n) for n in range(0, (LAST - FIRST).days, 3)):
        daily.set_day(day + timedelta(days=1), hour=6)
        daily.load()
    daily.set_day(date(2026, 3, 1))
    daily.load()
    at_once = build_town(beside=daily, detail=detail)
    at_once.load()
    assert daily.books(but=["number"]) == at_once.books(but=["number"])
    for town in (daily, at_once):
        numbers = [(order["kpp"], order["kind"], order["book_year"], order["number"]) for order in town.orders()]
        assert len(numbers) == len(set(numbers))
    assert [row[1] for row in daily.covered()] == [row[1] for row in at_once.covered()]


def test_a_missed_week_is_loaded_by_the_next_daily_run(build_town: BuildTown, clean: Town) -> None:
    town = build_town(beside=clean)
    clean.sandbox.set_now(datetime(2025, 12, 10, 6))
    town.load()
    clean.sandbox.set_now(datetime(2026, 2, 20, 12))
    town.load()
    assert town.books(but=["number"]) == clean.books(but=["number"])
