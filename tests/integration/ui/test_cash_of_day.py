"""`accounting.cash_of_day` is what the shifts sum to, after whatever was written."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from smena.model.errors import BrokenPromise
from tests.integration.conftest import BuildTown
from tests.integration.test_two_sources import differing
from tests.town import Town

OUTCOMES = ("issued", "no_cash", "incomplete", "conflict", "needs_review", "before_start", "closed_period", "rejected")
SUMS = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")


def stored(town: Town) -> dict[tuple[Any, ...], tuple[int, Decimal]]:
    rows = town.sql(
        "select organization_inn, day, kpp, sales_point, shifts, net from accounting.cash_of_day"
        " where shifts <> 0 or net <> 0"
    )
    return {tuple(place): (shifts, net) for *place, shifts, net in rows}


def summed(town: Town) -> dict[tuple[Any, ...], tuple[int, Decimal]]:
    """The same, of the shifts themselves."""
    found: dict[tuple[Any, ...], tuple[int, Decimal]] = {}
    for one in town.shifts():
        if one["outcome"] in ("issued", "no_cash"):
            income, refund, payout, payout_refund = (one[name] for name in SUMS)
            place = one["organization_inn"], one["closed_at"].date(), one["kpp"], one["sales_point"]
            shifts, net = found.get(place, (0, Decimal(0)))
            found[place] = shifts + 1, net + income - refund - payout + payout_refund
    return found


def test_what_was_loaded_is_summed(town: Town) -> None:
    assert stored(town) == summed(town)
    assert {inn for inn, *_ in stored(town)} == set(town.inns)
    assert sum(net for _, net in stored(town).values()) > 0


def test_shifts_of_two_sources_and_of_decisions_are_summed(build_town: BuildTown) -> None:
    town = differing(build_town)
    assert stored(town) == summed(town)
    assert any(one["outcome"] == "conflict" for one in town.shifts())


CHANGES: tuple[tuple[str, Callable[[random.Random], Any]], ...] = (
    ("outcome = %s", lambda chance: chance.choice(OUTCOMES)),
    ("cash_income = %s", lambda chance: Decimal(chance.randrange(1_000_000)) / 100),
    ("cash_refund = %s", lambda chance: Decimal(chance.randrange(1_000_000)) / 100),
    ("cash_payout = %s", lambda chance: Decimal(chance.randrange(1_000_000)) / 100),
    ("cash_payout_refund = %s", lambda chance: Decimal(chance.randrange(1_000_000)) / 100),
    ("closed_at = closed_at + %s", lambda chance: timedelta(days=chance.randint(-3, 3), hours=chance.randint(-12, 12))),
    ("sales_point = %s", lambda chance: chance.choice(("", "Магазин № 1", "Магазин № 9"))),
    ("kpp = %s", lambda chance: chance.choice(("960701001", "960745001"))),
    ("revision = revision + %s", lambda _: 1),
)


@pytest.mark.parametrize("seed", range(3))
def test_any_change_of_shifts_changes_the_sums_by_as_much(town: Town, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    shifts = town.shifts()
    before = stored(town)
    for _ in range(40):
        named = [str(one["shift_id"]) for one in chance.sample(shifts, chance.randint(1, 6))]
        change, value = chance.choice(CHANGES)
        town.sql(
            f"update accounting.shift set {change} where shift_id = any(%s::uuid[])",  # noqa: S608 - of ours
            value(chance), named,
        )  # fmt: skip
        assert stored(town) == summed(town)
    assert stored(town) != before


def test_a_shift_whose_sums_are_not_known_is_in_none(town: Town) -> None:
    shift = next(one for one in town.shifts() if one["outcome"] == "issued")
    town.sql(
        "update accounting.shift set outcome = 'needs_review', cash_payout = null where shift_id = %s",
        shift["shift_id"],
    )
    assert stored(town) == summed(town)
    town.sql("update accounting.shift set cash_payout = 7, outcome = 'issued' where shift_id = %s", shift["shift_id"])
    assert stored(town) == summed(town)


def test_what_is_taken_back_leaves_no_trace_and_nothing_is_deleted(town: Town) -> None:
    before = stored(town)
    with town.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute("update accounting.shift set outcome = 'rejected'")
        transaction.connection.rollback()
    assert stored(town) == before
    with pytest.raises(BrokenPromise, match=r"DELETE of accounting\.cash_of_day is refused"):
        town.sql("delete from accounting.cash_of_day")
