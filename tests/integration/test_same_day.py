"""With `SMENA_SAME_DAY=hourly`, orders of today are those that the next morning would make (ADR 0027)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sandbox import MarketSettings, WorldSettings
from smena.loading.gate_expectations import validate_staged
from smena.loading.load import LoadResult, load, stage
from smena.loading.publish import publish
from smena.model.errors import BadBatch
from smena.model.window import MARKET, OFD
from smena.planning.plan import plan
from tests.town import EASY, FIRST, Town

BuildTown = Callable[..., Town]

A_DAY = timedelta(days=1)
DAYS = 4
"""Of each of 25 worlds: 100 random days."""


def look(town: Town, moment: datetime, products: tuple[str, ...]) -> LoadResult:
    """An hourly load of each product at a moment, UTC; the last one's result."""
    town.sandbox.set_now(moment)
    *_, last = [load(town.context, town.inn, run_id="hourly", product=one, same_day=True) for one in products]
    return last


def morning(town: Town, day: date, products: tuple[str, ...]) -> None:
    """The daily loads of the morning after a day."""
    town.set_day(day + A_DAY, hour=1)
    for product in products:
        town.load(product=product)


def content(town: Town) -> dict[str, list[dict[str, Any]]]:
    """The books but the numbers of orders, which are given as shifts come."""
    return town.books(but=["number"])


def written_of(order: dict[str, Any]) -> tuple[Any, ...]:
    """What would show that an order was touched again."""
    return order["status"], order["revision"], order["number"], order["batch_id"]


def gaps(town: Town) -> list[tuple[Any, ...]]:
    return [(row["unit_id"], row["days"], row["reason"], row["details"]) for row in town.gaps()]


@pytest.mark.few_cases(3)
@pytest.mark.parametrize("seed", range(25))
def test_hourly_loads_and_the_morning_make_the_books_of_the_morning_alone(build_town: BuildTown, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    products = ((OFD, MARKET), (OFD,), (MARKET,))[seed % 3]
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    world = WorldSettings(
        seed=seed, first_day=FIRST, last_day=days[-1], organizations=1, registers_per_organization=rng.randint(2, 3),
        receipts_per_shift=rng.randint(4, 9), shift_double_permille=400, every_night=3,
    )  # fmt: skip
    market = replace(MarketSettings(seed=seed), every_lookalike=0) if MARKET in products else None
    how = {"detail": rng.choice(("totals", "receipts")), "vat": rng.choice(("totals", "exact"))}
    hourly = build_town(world, behaviour={"market": market}, **how)
    alone = build_town(beside=hourly, **how)
    for town in (hourly, alone):
        # As the DAGs do: what the checks let through, the gate never stops.
        town.context = replace(town.context, gate=validate_staged)
        if MARKET in products:
            town.enable_market(FIRST)
        if OFD not in products:
            town.disable()
    booked_in_the_day = 0
    for day in days:
        for hour in sorted(rng.sample(range(6, 24), 2)):
            look(hourly, datetime(day.year, day.month, day.day, hour, rng.randrange(60)), products)
        written = {row["document_id"]: written_of(row) for row in hourly.orders() if row["date"] >= day}
        booked_in_the_day += len(written)
        assert not [one for one in hourly.covered() if one[1].upper > day]
        for town in (hourly, alone):
            morning(town, day, products)
        later = {row["document_id"]: written_of(row) for row in hourly.orders()}
        assert {document: later[document] for document in written} == written
    # A day later the shifts of registers in the east are over everywhere.
    for town in (hourly, alone):
        morning(town, days[-1] + A_DAY, products)
    ours, theirs = content(hourly), content(alone)
    assert ours["shifts"] == theirs["shifts"]
    assert ours["orders"] == theirs["orders"]
    assert hourly.covered() == alone.covered()
    assert gaps(hourly) == gaps(alone)
    assert booked_in_the_day or products == (MARKET,)


def test_nothing_is_asked_of_a_register_that_cannot_have_something_new(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.set_day(FIRST + A_DAY, hour=1)
    town.load()
    # 23:55 in Moscow, when the shifts of both registers are closed.
    late = datetime(FIRST.year, FIRST.month, FIRST.day + 1, 20, 55)
    first = look(town, late, (OFD,))
    assert {one.unit_id for one in first.plan.asked} == {town.register(0), town.register(1)}
    assert first.published.summary["outcomes"].keys() <= {"issued", "no_cash"}
    assert first.published.summary["shifts"] == 2
    asked = town.sandbox.requests.count()
    again = look(town, late + timedelta(minutes=2), (OFD,))
    assert again.plan.asked == []
    assert again.published.summary["shifts"] == 0
    # The login, the list of organisations and that of registers.
    assert town.sandbox.requests.count() - asked == 3


def test_a_load_within_the_day_is_no_load_of_the_day(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.set_day(FIRST + A_DAY, hour=1)
    town.load()
    before = town.covered(), town.gaps(), town.sql("select kkt_reg_id, read_through from control.register order by 1")
    look(town, datetime(FIRST.year, FIRST.month, FIRST.day + 1, 20, 55), (OFD,))
    after = town.covered(), town.gaps(), town.sql("select kkt_reg_id, read_through from control.register order by 1")
    assert after == before
    assert town.quarantine() == []


def test_a_batch_of_today_that_is_late_does_not_overwrite_newer_answers(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.sandbox.set_now(datetime(FIRST.year, FIRST.month, FIRST.day, 20, 55))
    made = plan(town.context, town.inn, run_id="hourly", same_day=True)
    ((batch_id, shards),) = made.batches.items()
    for shard in shards:
        stage(town.context, batch_id, shard)
    town.set_day(FIRST + A_DAY, hour=6)
    town.load()
    books = town.books()
    with pytest.raises(BadBatch, match="has read days of batch"):
        publish(town.context, batch_id)
    assert town.books() == books
