"""What one window may take: too many bytes split it or end it, too much time ends it, and its neighbours go on."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from sandbox import MarketSettings
from smena.messages import ENGLISH, translate
from smena.model.window import MARKET, Window
from smena.reconciliation.reconcile import reconcile
from smena.sources.market import MarketClient
from smena.sources.ofd import OfdClient
from smena.sources.page import Page
from tests.town import EASY, Town

BuildTown = Callable[..., Town]
START, END = date(2026, 1, 10), date(2026, 1, 25)
SHOP = replace(EASY, first_day=START, last_day=END, registers_per_organization=2, receipts_per_shift=4)
NOW = datetime(2026, 1, 26, 12)


def build(build_town: BuildTown, **behaviour: Any) -> Town:
    return build_town(SHOP, start=START, now=NOW, **behaviour)


def limited(town: Town, **limits: Any) -> Town:
    town.context = replace(town.context, **limits)
    return town


def states(town: Town) -> Counter[tuple[str, str]]:
    return Counter(town.sql("select unit_id, state from control.assignment"))


def errors(town: Town) -> set[str]:
    rows = town.sql("select error from control.assignment where error is not null")
    return {translate(error, ENGLISH) for (error,) in rows}


def test_a_window_whose_answers_are_too_large_is_split_and_the_books_are_the_same(build_town: BuildTown) -> None:
    town = build(build_town, detail="receipts")
    town.load()
    whole = town.books()
    sizes = town.sql("select sum(body_bytes) from raw.page where unit_id is not null group by unit_id")
    again = limited(
        build(build_town, detail="receipts", beside=town), unit_bytes=int(max(size for (size,) in sizes)) // 3
    )
    again.load()
    assert again.books() == whole
    assert set(again.sql("select distinct state from control.assignment")) == {("read",)}
    windows = [(one, days) for one, days in again.sql("select unit_id, last_day - first_day from control.assignment")]
    assert len(windows) > 2
    assert again.open_days(again.register(0)) == town.open_days(town.register(0))


def test_a_window_that_is_too_large_however_it_is_split_costs_its_neighbour_nothing(build_town: BuildTown) -> None:
    town = build(build_town)
    alone = build(build_town, beside=town)
    alone.load()
    large = town.register(0)
    patch = {"kind": "patch_document", "match": {"type": "closeShift", "kktRegId": large}, "set": {"x": "x" * 40_000}}
    town.sandbox.faults.add(patch)
    limited(town, unit_bytes=100_000).load()
    other = town.register(1)
    assert {row["kkt_reg_id"] for row in town.shifts()} == {other}
    assert town.books()["shifts"] == [row for row in alone.books()["shifts"] if row["kkt_reg_id"] == other]
    assert errors(town) == {"the answers for this window are larger than 100000 bytes together — load shorter windows"}
    town.sandbox.faults.clear()
    limited(town, unit_bytes=128_000_000).load()
    assert town.books()["shifts"] == alone.books()["shifts"]


def endless(seen: Counter[str], register: str, size: int) -> Callable[..., Iterator[Page]]:
    """by-period that never ends for one register: its cursor always moves."""
    honest = OfdClient.by_period

    def by_period(self: OfdClient, organization: str, one: str, *rest: Any) -> Iterator[Page]:
        if one != register:
            yield from honest(self, organization, one, *rest)
            return
        while True:
            seen["pages"] += 1
            body = b'{"documents": [], "paging": {"nextOffset": "%d"}, "x": "%s"}' % (seen["pages"], b"x" * size)
            yield Page("by-period", "http://endless", 200, body, datetime.now(UTC))

    return by_period


def test_a_cursor_that_moves_for_ever_is_ended_by_time_and_costs_its_neighbour_nothing(
    build_town: BuildTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = limited(build(build_town), unit_seconds=3.0)
    seen: Counter[str] = Counter()
    monkeypatch.setattr(OfdClient, "by_period", endless(seen, town.register(0), 0))
    started = datetime.now(UTC)
    town.load()
    assert (datetime.now(UTC) - started).total_seconds() < 60
    assert {row["kkt_reg_id"] for row in town.shifts()} == {town.register(1)}
    assert {register for register, state in states(town) if state == "failed"} == {town.register(0)}
    assert errors(town) == {
        "the answers for this window take longer than 3 seconds — run again later, or load shorter windows"
    }
    found = reconcile(town.context, town.inn, run_id="test", window=Window(START, END))
    assert "longer than 3 seconds" in found.unasked[town.register(0)]
    assert {row["verdict"] for row in found.registers if row["kkt_reg_id"] == town.register(1)} == {"complete"}


def test_pages_of_many_megabytes_do_not_fill_the_memory(build_town: BuildTown, monkeypatch: pytest.MonkeyPatch) -> None:
    town = limited(build(build_town), unit_bytes=64_000_000)
    seen: Counter[str] = Counter()
    monkeypatch.setattr(OfdClient, "by_period", endless(seen, town.register(0), 16_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    town.load()
    # The window of 16 days, its halves of 8 days and theirs of 4: four pages each.
    assert seen["pages"] == 7 * 4
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 400_000_000
    assert {row["kkt_reg_id"] for row in town.shifts()} == {town.register(1)}


def test_a_shop_whose_cheques_never_end_is_ended_by_time(
    build_town: BuildTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = limited(build(build_town, behaviour={"market": MarketSettings().easy()}), unit_seconds=3.0)
    town.enable_market(START)
    honest = MarketClient.cheques
    shop = town.sandbox.shops[0].id
    number = 0

    def cheques(self: MarketClient, one: str, *rest: Any, **more: Any) -> Iterator[Page]:
        nonlocal number
        while one == shop:
            number += 1
            yield Page("cheques", "http://endless", 200, b'{"items": [{"n": %d}]}' % number, datetime.now(UTC))
        yield from honest(self, one, *rest, **more)

    monkeypatch.setattr(MarketClient, "cheques", cheques)
    town.load(product=MARKET)
    assert {register for register, state in states(town) if state == "failed"} == {shop}
    assert "longer than 3 seconds" in errors(town).pop()
