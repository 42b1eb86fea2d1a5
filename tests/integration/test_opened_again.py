"""What a closed period or a start date kept from the books is booked once it can be, in either detail (DOMAIN 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from sandbox import MarketSettings
from smena.decisions.periods import close_period, open_period
from smena.model.window import MARKET
from tests.integration.conftest import BuildTown
from tests.town import EASY, Town

FIRST, LAST = date(2025, 12, 1), date(2025, 12, 12)
WORLD = replace(EASY, first_day=FIRST, last_day=LAST)


def close(town: Town, through: date) -> None:
    with town.warehouse.transaction() as transaction:
        close_period(transaction, inn=town.inn, through=through, closed_by="Анна", reason="the month is over")


def open_again(town: Town) -> None:
    with town.warehouse.transaction() as transaction:
        open_period(transaction, inn=town.inn, opened_by="Борис", reason="a late shift")


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_shifts_of_a_closed_period_are_booked_when_it_is_opened_again(build_town: BuildTown, detail: str) -> None:
    town = build_town(WORLD, now=datetime(2025, 12, 13, 12), detail=detail)
    close(town, FIRST + timedelta(days=5))
    town.load()
    assert town.outcomes()["closed_period"]
    open_again(town)
    town.load()
    assert town.outcomes()["closed_period"] == 0
    whole = build_town(WORLD, beside=town, detail=detail)
    whole.load()
    assert town.outcomes() == whole.outcomes()
    assert sum(order["amount"] for order in town.orders()) == sum(order["amount"] for order in whole.orders())


def test_reports_and_waybills_of_a_closed_period_are_filed_when_it_is_opened_again(build_town: BuildTown) -> None:
    town = build_town(WORLD, now=datetime(2025, 12, 13, 12), behaviour={"market": MarketSettings().easy()})
    town.enable_market(FIRST)
    close(town, FIRST + timedelta(days=5))
    town.load(product=MARKET)
    town.set_day(date(2026, 2, 20))
    town.load(product=MARKET)
    open_again(town)
    town.load(product=MARKET)
    whole = build_town(WORLD, beside=town)
    whole.enable_market(FIRST)
    whole.load(product=MARKET)
    kept = "select kind, shop_id, date, amount from accounting.market_document order by 1, 2, 3, 4"
    assert town.sql(kept) == whole.sql(kept)
    planned = town.load(product=MARKET).plan.windows
    assert min(one.window.first_day for one in planned) > LAST
