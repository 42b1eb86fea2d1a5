"""With `SMENA_SAME_DAY=hourly`, orders of today are those that the next morning would make (ADR 0027)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sandbox import MarketSettings, WorldSettings
from smena.loading.load import load
from smena.model.window import MARKET, OFD
from tests.town import FIRST, Town

BuildTown = Callable[..., Town]

A_DAY = timedelta(days=1)


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


# Numbers are given as shifts come, and a document may be read from another page; a shift that Market reported first
# would have another history, so revisions are compared apart.
BUT = ("number", "received_at")


def content(town: Town) -> dict[str, list[dict[str, Any]]]:
    return town.books(but=BUT)


@pytest.mark.parametrize("seed", range(10))
def test_hourly_loads_and_the_morning_make_the_books_of_the_morning_alone(build_town: BuildTown, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    products = ((OFD,), (MARKET,), (OFD, MARKET))[seed % 3]
    days = [FIRST + timedelta(days=n) for n in range(10)]
    world = WorldSettings(
        seed=seed, first_day=FIRST, last_day=days[-1], organizations=1, registers_per_organization=rng.randint(2, 4),
        receipts_per_shift=rng.randint(4, 9), shift_double_permille=400, every_night=3,
    )  # fmt: skip
    market = replace(MarketSettings(seed=seed), every_lookalike=0) if MARKET in products else None
    how = {"detail": rng.choice(("totals", "receipts")), "vat": rng.choice(("totals", "exact"))}
    hourly = build_town(world, behaviour={"market": market}, **how)
    alone = build_town(beside=hourly, **how)
    for town in (hourly, alone):
        if MARKET in products:
            town.enable_market(FIRST)
        if OFD not in products:
            town.disable()
    booked_in_the_day = 0
    for day in days:
        for hour in sorted(rng.sample(range(4, 24), 3)):
            look(hourly, datetime(day.year, day.month, day.day, hour, rng.randrange(60)), products)
        of_the_day = [row for row in hourly.orders() if row["date"] == day]
        booked_in_the_day += len(of_the_day)
        morning(hourly, day, products)
        later = {row["document_id"]: (row["status"], row["revision"]) for row in hourly.orders()}
        assert all(later[row["document_id"]] == ("new", row["revision"]) for row in of_the_day)
    morning(alone, days[-1], products)
    ours, theirs = content(hourly), content(alone)
    for kind in ours:
        for one in ours[kind]:
            if one not in theirs[kind]:
                key = "document_id" if kind == "orders" else "shift_id"
                other = [row for row in theirs[kind] if row[key] == one[key]]
                print("DIFF", kind, one[key], one.get("date"), one.get("closed_at"), [(k, one[k], other[0][k]) for k in one if one[k] != other[0][k]] if other else "only ours")
        for one in theirs[kind]:
            key = "document_id" if kind == "orders" else "shift_id"
            if not [row for row in ours[kind] if row[key] == one[key]]:
                print("LACK", kind, one)
    assert content(hourly) == content(alone)
    assert hourly.covered() == alone.covered()
    assert hourly.gaps() == alone.gaps()
    print("SEED", seed, products, how, booked_in_the_day, len(alone.orders()))
    assert booked_in_the_day
