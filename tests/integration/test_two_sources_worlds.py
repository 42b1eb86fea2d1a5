"""In worlds of mixed difficulty no shift is doubled, none is lost, and no wrong link is ever used."""

from __future__ import annotations

import pytest

from smena.warehouse.database import Warehouse
from tests.integration.two_sources import Truth
from tests.integration.worlds import case, play, played


def check(truth: Truth) -> None:
    assert (truth.doubled, truth.lost, truth.wrong, truth.suppressed, truth.wrong_links) == ([], [], [], [], [])


@pytest.mark.parametrize("seed", range(1, 13))
def test_no_shift_is_doubled_or_lost(warehouse: Warehouse, seed: int) -> None:
    reported = case(seed)
    truth = play(reported, warehouse)
    check(truth)
    assert truth.booked > 20
    if reported.level == "easy":
        assert truth.waiting == []
        assert truth.links == truth.linkable


@pytest.mark.slow
def test_no_shift_is_doubled_or_lost_in_a_thousand_worlds() -> None:
    links = linkable = 0
    for _, truth in played(range(1, 1001)):
        check(truth)
        links, linkable = links + truth.links, linkable + truth.linkable
    assert links > linkable // 2
