"""A load is cut into batches, and a batch into shards that several workers share."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest

from smena.model.product import KONTUR_MARKET, KONTUR_OFD
from smena.model.window import MARKET, OFD, Window
from smena.planning.wanted import BATCH_REGISTER_DAYS, PlannedWindow, in_batches, in_shards

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


def days_of(batch: Sequence[Mapping[str, Any]]) -> int:
    return sum((row["last_day"] - row["first_day"]).days + 1 for row in batch if row["state"] == "planned")


@pytest.mark.parametrize("registers", [0, 1, 99, 1000, 3001])
def test_a_load_of_many_registers_is_several_batches_of_bounded_size(registers: int) -> None:
    year = [Window(date(2025, 1, 1), date(2025, 6, 30)), Window(date(2025, 7, 1), date(2025, 12, 31))]
    windows = [PlannedWindow(f"{one:04d}", half, "missing", None) for one in range(registers) for half in year]
    rows = in_shards(windows, OFD, horizon=date(2025, 12, 31), latest=datetime(2026, 2, 2))
    batches = in_batches(rows, OFD)
    fewest = math.ceil(registers * 365 / BATCH_REGISTER_DAYS)
    assert max(1, fewest) <= len(batches) <= max(1, fewest * 1.1)
    assert [row | {"shard": None} for batch in batches for row in batch] == [row | {"shard": None} for row in rows]
    assert all(days_of(batch) <= BATCH_REGISTER_DAYS for batch in batches)
    of_batch = [{row["unit_id"] for row in batch} for batch in batches]
    assert sum(map(len, of_batch)) == len(set().union(*of_batch)) == registers
    for batch in batches:
        shards = [row["shard"] for row in batch]
        assert sorted(set(shards)) == list(range(max(shards, default=-1) + 1))
        assert shards == sorted(shards)


def test_days_of_which_nothing_is_asked_do_not_count() -> None:
    year = Window(date(2025, 1, 1), date(2025, 12, 31))
    windows = [PlannedWindow(f"{one:04d}", year, "silent", None) for one in range(1000)]
    rows = in_shards(windows, OFD, horizon=date(2025, 12, 31), latest=datetime(2026, 2, 2))
    assert len(in_batches(rows, OFD)) == 1


def test_the_shops_of_an_organisation_stay_in_one_batch() -> None:
    year = Window(date(2025, 1, 1), date(2025, 12, 31))
    windows = [PlannedWindow(f"{one:04d}", year, "missing", None) for one in range(1000)]
    rows = in_shards(windows, MARKET, horizon=date(2025, 12, 31), latest=datetime(2026, 2, 2))
    assert in_batches(rows, MARKET) == [rows]
