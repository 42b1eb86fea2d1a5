"""The parts of the comparison: each loads a fresh warehouse from pages that are the same in every run."""

from __future__ import annotations

import logging
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.books.sandboxes import use_sandbox

use_sandbox()

# ruff: noqa: E402 - the sandbox is chosen before anything imports it
import psycopg2

from bench.answers import registers_for
from bench.cheques import match
from bench.evidence import fill_evidence, plan_ofd
from bench.measuring import run_pipeline
from bench.memory import ServerMemory
from demo.postgres import EmbeddedPostgres
from sandbox import SandboxServer
from sandbox.__main__ import read_arguments
from smena.model.window import MARKET, OFD
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from tests import town as town_module
from tests.books.exporting import export, write_row
from tests.integration.worlds import case, play
from tests.town import Town

# What `make demo` starts with on 1 February 2026: three organisations, three months, both products.
DEMO_FIRST, DEMO_TODAY = date(2025, 11, 1), date(2026, 2, 1)
DEMO = [
    "--seed", "7", "--first-day", DEMO_FIRST.isoformat(), "--last-day", "2026-03-03", "--registers", "5", "--market",
    "--organization", '9601000019;ООО "Полярная гагара"', "--organization", '9602000029;ООО "Янтарная пристань"',
    "--organization", '9603000039;ООО "Северная мельница"', "--now", "2026-01-29T06:00:00",
]  # fmt: skip

# In tests requests time out after seconds; on a busy machine such a window is loaded later, with other order numbers.
# Here every request is waited for.
_WAITED_S = 600
_LIMITS = [one.name for one in fields(town_module.QUICK) if one.name.endswith("_s") and "pause" not in one.name]
town_module.QUICK = replace(town_module.QUICK, **dict.fromkeys(_LIMITS, _WAITED_S))

BENCH_WORKERS = 2
"""Processes of a part of the bench."""

Part = str
"""`demo`, `shifts-10000`, `cheques-100000`, `world-17`."""


def parts_of(kinds: Iterable[str], worlds: int, seed: int) -> list[Part]:
    """The parts of these kinds, the longest first. `worlds` follow `seed`, one seed after another."""
    found: list[Part] = []
    for kind in kinds:
        found += [f"world-{seed + number}" for number in range(worlds)] if kind == "worlds" else [kind]
    sizes = {part: int(part.rpartition("-")[2]) for part in found if not part.startswith(("world-", "demo"))}
    return sorted(found, key=lambda part: (part != "demo", -sizes.get(part, 0)))


def load_part(part: Part, server: EmbeddedPostgres, database: str) -> dict[str, Any]:
    """Loads a part into an empty database; gives what else is known of it, as a row."""
    kind, _, number = part.partition("-")
    if kind == "demo":
        return _load_demo(server.dsn(database))
    if kind == "world":
        return _load_world(server.dsn(database), int(number))
    return {"shifts": _load_bench, "cheques": _load_cheques}[kind](server, database, int(number))


def _load_demo(dsn: str) -> dict[str, Any]:
    """Both products on four mornings, as the daily DAGs load them: the last of them reads what came late."""
    warehouse = Warehouse(dsn)
    with SandboxServer(read_arguments(DEMO)) as sandbox:
        town = Town(sandbox, warehouse, DEMO_FIRST)
        for inn in town.inns:
            town.enable_market(DEMO_FIRST, inn)
        for days in (3, 2, 1, 0):
            town.set_day(DEMO_TODAY - timedelta(days=days), hour=6)
            for inn in town.inns:
                for product in (OFD, MARKET):
                    town.load(inn=inn, product=product)
    warehouse.close()
    return {"now": DEMO_TODAY}


def _load_world(dsn: str, seed: int) -> dict[str, Any]:
    warehouse = Warehouse(dsn)
    reported = case(seed)
    truth = play(reported, warehouse)
    warehouse.close()
    counts = {name: value if isinstance(value, int) else len(value) for name, value in vars(truth).items()}
    return {"level": reported.level, "way": reported.way, "detail": reported.detail, **counts}


def _load_bench(server: EmbeddedPostgres, database: str, shifts: int) -> dict[str, Any]:
    """The bench's shifts, compared with what it invented (its own proof)."""
    context, dsn = _context(), server.dsn(database)
    with ServerMemory(server.data_directory) as memory:
        evidence = fill_evidence(dsn, database, plan_ofd(dsn, registers_for(shifts)), BENCH_WORKERS, context)
        run = run_pipeline(dsn, evidence, BENCH_WORKERS, context, memory.peak_bytes)
    return {"shifts": run.shifts, "orders": run.orders}


def _load_cheques(server: EmbeddedPostgres, database: str, cheques: int) -> dict[str, Any]:
    """The bench's cheques beside the shifts of the same registers, compared with what it invented."""
    with ServerMemory(server.data_directory) as memory:
        found = match(server.dsn(database), database, cheques, BENCH_WORKERS, _context(), memory, lambda _line: None)
    return {"cheques": found.cheques, "till_shifts": found.till_shifts}


def _require_all_read(dsn: str) -> None:
    """Raises RuntimeError where a request failed: then the books depend on when it did."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from control.assignment where state = 'failed'")
        (failed,) = cursor.fetchone() or (0,)
    if failed:
        raise RuntimeError(f"{failed} windows were not read")


def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.worker"])
    return context


def _work(parts: Any, results: Any, into: Path) -> None:
    """Load parts until a None; each gets a database of its own, which is dropped afterwards."""
    logging.disable(logging.CRITICAL)
    directory = Path(tempfile.mkdtemp(prefix="smena-books-"))
    directory.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        server = stack.enter_context(EmbeddedPostgres(directory / "postgres", settings={"fsync": "off"}))
        stack.callback(shutil.rmtree, server.data_directory, ignore_errors=True)
        server.create_database("migrated")
        migrate(server.dsn("migrated"))
        while (part := parts.get()) is not None:
            started = time.monotonic()
            database = part.replace("-", "_")
            server.create_database(database, template="migrated")
            try:
                row = load_part(part, server, database)
                _require_all_read(server.dsn(database))
                rows = export(server.dsn(database), into / part)
                write_row(into / part / "about.csv", row)
                results.put((part, time.monotonic() - started, rows, ""))
            except Exception as error:  # noqa: BLE001 - the other parts go on, and the parent fails at the end
                results.put((part, time.monotonic() - started, {}, f"{type(error).__name__}: {error}"))
            finally:
                server.drop_database(database)


def load_all(parts: Sequence[Part], into: Path, processes: int, say: Callable[[str], None]) -> list[Part]:
    """Loads and exports every part, `processes` at once; gives the parts that failed."""
    context = multiprocessing.get_context("spawn")
    queue, results = context.Queue(), context.Queue()
    for part in (*parts, *[None] * processes):
        queue.put(part)
    children = [context.Process(target=_work, args=(queue, results, into)) for _ in range(processes)]
    for child in children:
        child.start()
    failed = []
    for number in range(1, len(parts) + 1):
        part, seconds, rows, error = results.get()
        reported = error or f"{rows['shifts']:,} shifts, {rows['orders']:,} orders, {rows['decisions']:,} decisions"
        say(f"{number}/{len(parts)} {part}: {reported} in {seconds:.0f} s")
        if error:
            failed.append(part)
    for child in children:
        child.join()
    if any(child.exitcode for child in children):
        print("a process ended badly", file=sys.stderr)
        failed.append("?")
    return failed
