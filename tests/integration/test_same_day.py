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
from smena.loading.load import load
from smena.model.window import MARKET, OFD
from tests.town import FIRST, Town

BuildTown = Callable[..., Town]

A_DAY = timedelta(days=1)
DAYS = 4
"""Of each of 25 worlds: 100 random days."""


def look(town: Town, moment: datetime, products: tuple[str, ...]) -> None:
    """An hourly load of each product at a moment, UTC."""
    town.sandbox.set_now(moment)
    for product in products:
        load(town.context, town.inn, run_id="hourly", product=product, same_day=True)


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
