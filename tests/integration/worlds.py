"""`python -m tests.integration.worlds [FIRST LAST]`: seeded worlds with both sources, compared with the truth."""

from __future__ import annotations

import logging
import multiprocessing
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from demo.postgres import EmbeddedPostgres
from sandbox import MarketSettings, SandboxServer, SandboxSettings, WorldSettings
from smena.loading.gate_expectations import validate_staged
from smena.model.window import MARKET, OFD
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from tests.integration.two_sources import Truth, compare_with_truth
from tests.town import Town

FIRST, LAST, NOW = date(2025, 12, 1), date(2026, 1, 5), datetime(2026, 1, 20, 12)
WAYS = ("ofd first", "market first", "by turns", "ofd late", "market late")
LEVELS = ("easy", "some", "hard")


@dataclass(frozen=True)
class Case:
    """A world, how hard it is, and the way in which it is loaded."""

    seed: int
    level: str
    way: str
    world: WorldSettings
    market: MarketSettings
    detail: str


def case(seed: int) -> Case:
    """The case of a seed: what may go wrong is drawn, and grows with the level."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    level = LEVELS[seed % 3]
    world = WorldSettings(
        seed=seed, first_day=FIRST, last_day=LAST, organizations=1,
        registers_per_organization=rng.randint(2, 5), receipts_per_shift=rng.randint(4, 14),
        corrections_are_dated=True,
    )  # fmt: skip
    market = replace(MarketSettings(seed=seed), every_lookalike=0, every_unpaid=rng.choice((0, 2)))
    if level == "easy":
        world, market = replace(world.easy(), correction_permille=0), market.easy()
        market = replace(market, every_market_only=rng.choice((0, 2)), every_ofd_only=rng.choice((0, 3)))
    elif level == "some":
        market = replace(market, missing_permille=rng.choice((0, 4)))
    else:
        market = replace(
            market, missing_permille=rng.choice((4, 20)), rounding_differs_permille=rng.choice((0, 50)),
            every_lookalike=rng.choice((0, 1, 2)), every_market_only=rng.choice((1, 2)), every_ofd_only=2,
            every_offline=2, lookalikes_sell_apart=rng.random() < 0.5,
        )  # fmt: skip
    return Case(seed, level, rng.choice(WAYS), world, market, rng.choice(("totals", "receipts")))


def play(reported: Case, warehouse: Warehouse) -> Truth:
    """Loads the world as the case says, and compare the result with the truth."""
    settings = SandboxSettings(world=reported.world, market=reported.market, now=NOW)
    with SandboxServer(settings) as sandbox:
        town = Town(sandbox, warehouse, FIRST, detail=reported.detail)
        # As the DAGs do: what the checks let through, the gate never stops.
        town.context = replace(town.context, gate=validate_staged)
        town.enable_market(FIRST)
        middle = FIRST + timedelta(days=(LAST - FIRST).days // 2)
        if reported.way in ("ofd first", "market first"):
            for product in (OFD, MARKET) if reported.way == "ofd first" else (MARKET, OFD):
                town.load(product=product)
        elif reported.way == "by turns":
            for first, last in ((FIRST, middle), (middle + timedelta(days=1), LAST)):
                for product in (MARKET, OFD, MARKET):
                    town.load(first, last, product=product)
        else:
            early, late = (MARKET, OFD) if reported.way == "ofd late" else (OFD, MARKET)
            town.load(product=early)
            town.load(FIRST, middle, product=late)
            town.load(product=early)
            town.load(product=late)
        return compare_with_truth(town)


def _play_all(seeds: list[int], results: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    logging.disable(logging.CRITICAL)
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="smena-worlds-")), settings={"fsync": "off"})
    server.start()
    try:
        server.create_database("migrated")
        migrate(server.dsn("migrated"))
        for seed in seeds:
            name = f"world_{seed}"
            server.create_database(name, template="migrated")
            warehouse = Warehouse(server.dsn(name))
            reported = case(seed)
            try:
                results.put((reported, play(reported, warehouse)))
            finally:
                warehouse.close()
                server.drop_database(name)
    finally:
        server.stop()
        results.put(None)


def played(seeds: Iterable[int], processes: int = 2) -> Iterable[tuple[Case, Truth]]:
    """Every world of these seeds, in the order in which they end."""
    wanted = list(seeds)
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    children = [
        context.Process(target=_play_all, args=(wanted[number::processes], results)) for number in range(processes)
    ]
    for child in children:
        child.start()
    left = processes
    while left:
        reported = results.get()
        if reported is None:
            left -= 1
        else:
            yield reported
    for child in children:
        child.join()


def main() -> int:
    """Print the results by level; return 1 where anything was doubled, lost, or wrongly linked or suppressed."""
    first, last = (int(word) for word in (sys.argv[1:3] if len(sys.argv) > 2 else ("1", "1000")))
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    bad = 0
    for entry, truth in played(range(first, last + 1)):
        for name in (entry.level, "all"):
            row = sums[name]
            row["worlds"] += 1
            for word in ("doubled", "lost", "wrong", "suppressed", "waiting", "wrong_links"):
                row[word] += len(getattr(truth, word))
            row["booked"] += truth.booked
            row["links"] += truth.links
            row["linkable"] += truth.linkable
        if truth.doubled or truth.lost or truth.wrong or truth.suppressed or truth.wrong_links:
            bad += 1
            print(f"world {entry.seed} ({entry.level}, {entry.way}): {truth}", flush=True)
    columns = (
        "worlds", "booked", "doubled", "lost", "wrong", "suppressed", "waiting", "links", "linkable", "wrong_links",
    )  # fmt: skip
    print(" | ".join(("level", *columns, "recall of links")))
    for name in (*LEVELS, "all"):
        row = sums[name]
        recall = row["links"] / row["linkable"] if row["linkable"] else 1.0
        print(" | ".join((name, *(str(row[column]) for column in columns), f"{recall:.3f}")))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
