"""`python -m bench.thirty`: the share of checks in a load of thirty shifts, by the functions of Airflow's tasks."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.__main__ import SETTINGS
from bench.commands import switch_on
from demo.postgres import EmbeddedPostgres
from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD, SandboxServer, SandboxSettings, WorldSettings
from smena.loading.gate_expectations import validate_staged
from smena.loading.ofd import work
from smena.loading.publish import publish
from smena.loading.run import load_shards, plan_run
from smena.model.endpoint import Endpoint
from smena.quality.expectations import prepare
from smena.runtime.context import Context
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate

LIMIT = 0.15
_FIRST = date(2025, 12, 1)
_DAYS = 15
_CHECKS = ("check_z_reports", "check_receipts", "check_shifts", "check_orders")
_TEMPLATE = "prepared"


@dataclass(frozen=True)
class Load:
    """Wall clock seconds of a load: in total, of the masks and of the gate; and its number of shifts."""

    shifts: int
    seconds: float
    masks_s: float
    gate_s: float

    @property
    def share(self) -> float:
        return (self.masks_s + self.gate_s) / self.seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the loads; return 1 where the checks take more than their share of the quickest."""
    parser = argparse.ArgumentParser(prog="python -m bench.thirty", description=__doc__)
    parser.add_argument("--repeats", type=int, default=7, help="loads, each of a new warehouse (7)")
    given = parser.parse_args(arguments)
    prepare()
    with tempfile.TemporaryDirectory(prefix="smena-bench-") as directory:
        Path(directory).chmod(0o711)
        world = WorldSettings(
            first_day=_FIRST, last_day=_FIRST + timedelta(days=_DAYS - 1), organizations=1,
            registers_per_organization=2, receipts_per_shift=6, corrections_are_dated=True,
        ).easy()  # fmt: skip
        sandbox = SandboxSettings(world=world, now=datetime(2026, 2, 20, 12))  # noqa: DTZ001 - the sandbox's clock
        with EmbeddedPostgres(Path(directory), settings=SETTINGS) as server, SandboxServer(sandbox) as kontur:
            server.create_database(_TEMPLATE)
            migrate(server.dsn(_TEMPLATE))
            one = kontur.world.organizations[0]
            switch_on(server.dsn(_TEMPLATE), one.inn, one.kpp, one.short_name, _FIRST)
            loads = [_load(server, kontur, f"load_{place}") for place in range(given.repeats + 1)]
    # The first load is left out: it includes what a process sets up once.
    best = min(loads[1:], key=lambda load: load.seconds)
    Console(highlight=False, width=100).print(_table(loads[1:], best))
    return int(best.share > LIMIT)


def _load(server: EmbeddedPostgres, kontur: SandboxServer, name: str) -> Load:
    server.create_database(name, template=_TEMPLATE)
    warehouse = Warehouse(server.dsn(name))
    extra = {"api_key": DEFAULT_API_KEY, "auth_base_url": kontur.address}
    endpoint = Endpoint("kontur_ofd", kontur.address, DEFAULT_LOGIN, DEFAULT_PASSWORD, extra)
    taken: Counter[str] = Counter()
    context = Context(
        warehouse, lambda _name: endpoint, now=kontur.current_time, gate=_timed(validate_staged, taken, "gate")
    )
    with _checks_timed(taken):
        started = time.perf_counter()
        made = plan_run(context, run_id="bench")
        for shards in made["task_groups"]:
            load_shards(context, shards)
        shifts = sum(publish(context, batch_id).summary["shifts"] for batch_id in made["batches"])
        seconds = time.perf_counter() - started
    warehouse.close()
    return Load(shifts, seconds, float(taken["masks"]), float(taken["gate"]))


@contextmanager
def _checks_timed(taken: Counter[str]) -> Iterator[None]:
    plain = {name: getattr(work, name) for name in _CHECKS}
    for name, check in plain.items():
        setattr(work, name, _timed(check, taken, "masks"))
    try:
        yield
    finally:
        for name, check in plain.items():
            setattr(work, name, check)


def _timed(function: Callable[..., Any], taken: Counter[str], name: str) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            taken[name] += time.perf_counter() - started  # type: ignore[assignment]

    return timed


def _table(loads: Sequence[Load], best: Load) -> Table:
    table = Table(title=f"A load of {best.shifts} shifts in a process that has imported everything")
    for title in ("load", "seconds", "masks, s", "gate, s", "share of checking"):
        table.add_column(title, justify="left" if title == "load" else "right")
    for place, one in enumerate([*loads, best], start=1):
        name = str(place) if place <= len(loads) else f"the quickest (at most {LIMIT:.0%})"
        table.add_row(name, f"{one.seconds:.2f}", f"{one.masks_s:.3f}", f"{one.gate_s:.3f}", f"{one.share:.1%}")
    return table


if __name__ == "__main__":
    sys.exit(main())
