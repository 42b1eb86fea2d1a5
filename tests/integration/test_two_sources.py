"""With the OFD and Market both connected nothing is lost and nothing is booked twice (DOMAIN 4)."""

from __future__ import annotations

from datetime import date

import pytest

from sandbox import MarketSettings, WorldSettings
from smena.model.window import MARKET, OFD
from tests.integration.conftest import BuildTown
from tests.integration.two_sources import judge
from tests.town import FIRST, Town

# Corrections are not known to tills: a shift with one differs, and waits for a person.
WORLD = WorldSettings(
    first_day=date(2025, 12, 1), last_day=date(2026, 1, 15), organizations=1, registers_per_organization=4,
    receipts_per_shift=8,
    correction_permille=0,
).easy()  # fmt: skip
EASY = MarketSettings().easy()


@pytest.fixture
def town(build_town: BuildTown) -> Town:
    town = build_town(WORLD, manners={"market": EASY})
    town.enable_market(FIRST)
    return town


@pytest.mark.parametrize("order", [(OFD, MARKET), (MARKET, OFD)])
def test_each_shift_is_booked_once_whoever_comes_first(town: Town, order: tuple[str, str]) -> None:
    for product in order:
        town.load(product=product)
    truth = judge(town)
    assert (truth.doubled, truth.lost, truth.wrong, truth.waiting, truth.wrong_links) == ([], [], [], [], [])
    assert truth.links == truth.linkable == 4
    assert truth.booked > 100
    assert all(order["source"] == "ofd" for order in town.orders() if order["status"] == "new")
