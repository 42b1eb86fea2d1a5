"""A batch is cut into shards that several workers share."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest

from smena.integration.planning import PlannedWindow, in_shards
from smena.model.product import KONTUR_MARKET, KONTUR_OFD
from smena.model.window import MARKET, OFD, Window

MONTH = Window(date(2025, 12, 1), date(2025, 12, 31))


@pytest.mark.parametrize(("product", "most"), [(OFD, KONTUR_OFD.shard_units), (MARKET, KONTUR_MARKET.shard_units)])
def test_a_shard_holds_so_many_registers_or_fewer_shops_each_of_them_whole(product: str, most: int) -> None:
    windows = [
        PlannedWindow(f"{place:04d}", window, "missing", None)
        for place in range(most * 2 + 1)
        for window in (MONTH, Window(date(2026, 1, 1), date(2026, 1, 2)))
    ]
    rows = in_shards(windows, product, horizon=date(2026, 1, 2), latest=datetime(2026, 2, 2))
    shard_of = {(row["unit_id"], row["shard"]) for row in rows}
    assert Counter(shard for _, shard in shard_of) == {0: most, 1: most, 2: 1}


def test_a_window_is_asked_through_the_31_days_in_which_its_documents_may_still_come_but_not_beyond_now() -> None:
    windows = [
        PlannedWindow("1", MONTH, "missing", None),
        PlannedWindow("1", Window(date(2026, 1, 1), date(2026, 1, 1)), "missing", None),
    ]
    rows = in_shards(windows, OFD, horizon=date(2026, 1, 1), latest=datetime(2026, 1, 20, 14))
    assert [row["ask_through"] for row in rows] == [datetime(2026, 1, 20, 14)] * 2
    (long_ago, _) = in_shards(windows, OFD, horizon=date(2026, 1, 1), latest=datetime(2026, 6, 1))
    assert long_ago["ask_through"] == datetime(2026, 1, 31, 23, 59, 59)
