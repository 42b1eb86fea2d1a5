"""`python -m bench`: measure Smena from fetched pages to published orders, other loaders, and the match with Market."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import psycopg2
from rich.console import Console

from bench.answers import registers_for
from bench.cheques import Match, match
from bench.competitors import Competitor, measure_competitors
from bench.evidence import fill_evidence, plan_ofd
from bench.final_rows import FinalTable, read_final_rows
from bench.measuring import Run, run_pipeline
from bench.memory import ServerMemory
from bench.report import print_competitors, print_match_targets, print_matches, print_parts, print_runs, print_targets
from demo.postgres import EmbeddedPostgres
from demo.repository import REPOSITORY
from smena.warehouse.migrating import migrate

SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
"""All changes to PostgreSQL's defaults; fsync, synchronous_commit and full_page_writes stay on."""

SIZES = (10_000, 100_000, 1_000_000)
CHEQUES = (100_000, 1_000_000)
COMPARED = 100_000
_WIDTH_OF_A_FILE = 160
T = TypeVar("T", Run, Competitor)


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of shifts, separated by commas")
    parser.add_argument("--workers", type=int, default=2, help="processes at once (2)")
    parser.add_argument("--repeats", type=int, default=1, help="times the comparison is made; the best of each counts")
    parser.add_argument("--pipeline-only", action="store_true", help="leave the other ways out")
    parser.add_argument(
        "--cheques", default=",".join(map(str, CHEQUES)), help="numbers of cheques to match, or nothing"
    )
    parser.add_argument("--cheques-only", action="store_true", help="leave out all but the match of cheques")
    parser.add_argument("--directory", type=Path, default=REPOSITORY / ".bench", help="nothing is left there")
    given = parser.parse_args(arguments)
    given.sizes = sorted({int(size) for size in given.sizes.split(",")})
    given.cheques = sorted({int(size) for size in given.cheques.split(",") if size})
    given.pipeline_only |= given.cheques_only
    return given


def _console() -> Console:
    console = Console(highlight=False)
    # In a file or a pipe a table is as wide as it needs, because there is no terminal width to fit.
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH_OF_A_FILE)


def _print_machine(console: Console, server: EmbeddedPostgres, given: argparse.Namespace) -> None:
    with closing(psycopg2.connect(server.dsn("postgres"))) as connection:
        postgres = str(connection.get_parameter_status("server_version"))
    named = ("pandas", "great-expectations") if given.pipeline_only else ("pandas", "great-expectations", "dlt")
    packages = ", ".join(f"{name} {version(name)}" for name in named)
    console.print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    console.print(f"PostgreSQL {postgres} on the same machine, {packages}; {given.workers} processes at once")
    set_to = ", ".join(f"{name} = {value}" for name, value in SETTINGS.items())
    console.print(f"PostgreSQL's settings are its defaults, so durable, but for: {set_to}")


class Bench:
    """One run: the server, the sizes measured on it, and the other loaders for the size that is compared."""

    def __init__(self, directory: Path, workers: int, say: Callable[[str], None]) -> None:
        self._directory, self._workers, self._say = directory, workers, say
        self._scratch = directory / "dlt"
        self._server = EmbeddedPostgres(directory / "postgres", settings=SETTINGS)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["bench.worker"])

    @contextmanager
    def served(self) -> Iterator[EmbeddedPostgres]:
        """Start a new server and remove it at the end."""
        try:
            self._forget()
            with self._server:
                yield self._server
        finally:
            self._forget()

    def _forget(self) -> None:
        server = EmbeddedPostgres(self._server.directory)
        server.stop()
        for made in (server.data_directory, server.directory, self._scratch):
            shutil.rmtree(made, ignore_errors=True)
        with suppress(OSError):
            self._directory.rmdir()

    @contextmanager
    def _database(self, name: str) -> Iterator[str]:
        self._server.create_database(name)
        yield self._server.dsn(name)
        self._server.drop_database(name)

    def context(self, shifts: int, *, with_rows: bool) -> tuple[Run, list[FinalTable]]:
        """Run the pipeline for so many shifts; return the run and, if wanted, its final rows."""
        name = f"road_{shifts}"
        with self._database(name) as dsn, ServerMemory(self._server.data_directory) as memory:
            self._say(f"{shifts:,} shifts: the answers are invented and kept")
            evidence = fill_evidence(dsn, name, plan_ofd(dsn, registers_for(shifts)), self._workers, self._context)
            self._say(
                f"{shifts:,} shifts: {evidence.pages:,} pages, {evidence.raw_bytes / 1e6:,.0f} MB of JSON; the pipeline"
            )
            memory.forget()
            run = run_pipeline(dsn, evidence, self._workers, self._context, memory.peak_bytes)
            return run, read_final_rows(dsn) if with_rows else []

    def cheques(self, cheques: int) -> Match:
        """Match a month of about so many cheques."""
        name = f"cheques_{cheques}"
        with self._database(name) as dsn, ServerMemory(self._server.data_directory) as memory:
            return match(dsn, name, cheques, self._workers, self._context, memory, self._say)

    def competitors(self, tables: Sequence[FinalTable]) -> list[Competitor]:
        """Measure the other loaders with these rows."""
        with self._database("competitors") as dsn:
            migrate(dsn)
            shutil.rmtree(self._scratch, ignore_errors=True)
            return measure_competitors(dsn, tables, self._scratch, self._say)


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark; return 0 where every target is met, else 1."""
    given, console, started = _arguments(arguments), _console(), time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:4.0f} s] {line}", file=sys.stderr, flush=True)

    bench = Bench(given.directory, given.workers, say)
    with bench.served() as server:
        _print_machine(console, server, given)
        runs, competitors = ([], []) if given.cheques_only else _run(bench, given)
        matches = [bench.cheques(size) for size in given.cheques]
    is_well = True
    if runs:
        print_runs(console, runs)
        print_parts(console, runs)
        beside = next(run for run in runs if run.shifts == _compared(given))
        if competitors:
            print_competitors(console, beside, competitors)
    if matches:
        print_matches(console, matches)
    if runs:
        is_well = print_targets(console, runs, beside, competitors)
    return 0 if print_match_targets(console, matches) and is_well else 1


def _compared(given: argparse.Namespace) -> int:
    """Return the size whose rows the other loaders load."""
    return int(max((size for size in given.sizes if size <= COMPARED), default=given.sizes[0]))


def _run(bench: Bench, given: argparse.Namespace) -> tuple[list[Run], list[Competitor]]:
    """Return the best run of each size, and the best of each other loader."""
    found: list[Run] = []
    competitors: list[Competitor] = []
    for size in given.sizes:
        for _ in range(given.repeats if size == _compared(given) else 1):
            run, tables = bench.context(size, with_rows=size == _compared(given) and not given.pipeline_only)
            found.append(run)
            competitors += bench.competitors(tables) if tables else []
    runs = [best(run for run in found if run.shifts == size) for size in given.sizes]
    return runs, [
        best(one for one in competitors if one.name == name) for name in dict.fromkeys(one.name for one in competitors)
    ]


def best(found: Iterable[T]) -> T:
    """Return the one that took the least time."""
    return min(found, key=lambda one: one.seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
