"""`python -m bench.commands`: how long short commands take: help, wrong use, and a load of one day."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.__main__ import SETTINGS
from demo.postgres import EmbeddedPostgres
from demo.signing import invent_head
from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD, SandboxServer, SandboxSettings, WorldSettings
from smena.mandates.certificates import add_certificate
from smena.mandates.lifecycle import enable, prepare_mandate
from smena.mandates.organizations import add_organization
from smena.model.window import OFD
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate

HELP_LIMIT_S, LOAD_LIMIT_S = 0.3, 2.0
"""Seconds on an idle machine. They limit the processor's time, which other processes disturb less than wall time."""
_FIRST, _LAST = date(2025, 3, 1), date(2025, 3, 8)
_REGISTERS = 11
_WIDTH = 110
_SLOWEST = 30


@dataclass(frozen=True)
class Took:
    """One command in its own process: wall clock and the processor's time of that process, in seconds."""

    seconds: float
    cpu_s: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the commands; return 1 where one takes more than its limit."""
    parser = argparse.ArgumentParser(prog="python -m bench.commands", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="how often each command is run; the best counts (5)")
    parser.add_argument("--imports", metavar="WORDS", help="instead: the slowest imports of `smena WORDS`")
    given = parser.parse_args(arguments)
    console = Console(highlight=False, width=_WIDTH)
    with _shop() as (environment, load):
        if given.imports is not None:
            console.print(_slowest_imports(load if given.imports == "load" else given.imports.split(), environment))
            return 0
        commands: list[tuple[str, list[str], float, int]] = [
            ("smena --help", ["--help"], HELP_LIMIT_S, 0),
            ("smena load --help", ["load", "--help"], HELP_LIMIT_S, 0),
            ("a command that there is not", ["lod"], HELP_LIMIT_S, 2),
            ("an INN with a wrong digit", ["load", "--inn", "9601000018"], HELP_LIMIT_S, 2),
            ("a load of one day, the same again", load, LOAD_LIMIT_S, 0),
        ]
        best = {
            title: (_best(lambda words=words, code=code: _took(words, environment, code), given.repeats), limit)  # type: ignore[misc]
            for title, words, limit, code in commands
        }
    console.print(_table(best, _best(_libraries, given.repeats)))
    return int(any(took.cpu_s > limit for took, limit in best.values()))


@contextmanager
def _shop() -> Iterator[tuple[dict[str, str], list[str]]]:
    """Load a day of eleven registers once; yield the environment of the command line and the arguments that load it."""
    world = WorldSettings(
        first_day=_FIRST, last_day=_LAST, organizations=1, registers_per_organization=_REGISTERS, receipts_per_shift=6
    ).easy()
    with tempfile.TemporaryDirectory(prefix="smena-bench-") as directory:
        Path(directory).chmod(0o711)
        sandbox = SandboxSettings(world=world, now=datetime(2026, 2, 20, 12, tzinfo=UTC).replace(tzinfo=None))
        with EmbeddedPostgres(Path(directory), settings=SETTINGS) as server, SandboxServer(sandbox) as kontur:
            server.create_database("warehouse")
            dsn = server.dsn("warehouse")
            migrate(dsn)
            one = kontur.world.organizations[0]
            switch_on(dsn, one.inn, one.kpp, one.short_name, _FIRST)
            ofd = {
                "conn_type": "http", "host": kontur.address, "login": DEFAULT_LOGIN, "password": DEFAULT_PASSWORD,
                "extra": {"api_key": DEFAULT_API_KEY, "auth_base_url": kontur.address},
            }  # fmt: skip
            environment = {"AIRFLOW_CONN_WAREHOUSE": dsn, "AIRFLOW_CONN_KONTUR_OFD": json.dumps(ofd)}
            load = ["load", "--inn", one.inn, "--from", "2025-03-04", "--to", "2025-03-04"]
            _took(load, environment, 0)
            yield environment, load


def switch_on(dsn: str, inn: str, kpp: str, name: str, start: date) -> None:
    """Register an organisation, and switch its OFD on from a day."""
    warehouse, head = Warehouse(dsn), invent_head(inn, "Head")
    with warehouse.transaction() as transaction:
        add_organization(transaction, inn=inn, kpp=kpp, name=name, tariff="uchetny")
        add_certificate(transaction, inn=inn, file=head.pem, source="manual", added_by="bench")
        text = prepare_mandate(transaction, inn=inn, product=OFD, start_date=start, made_by="bench")["text"]
        enable(transaction, inn=inn, product=OFD, start_date=start, changed_by="bench", signature=head.sign(text))
    warehouse.close()


def _took(words: Sequence[str], environment: Mapping[str, str], code: int) -> Took:
    """Run and measure a command. Raises AssertionError where its exit code is not `code`."""
    return _run([sys.executable, "-m", "smena", *words], environment, code)


def _libraries() -> Took:
    return _run([sys.executable, "-c", "import msgspec, pandas, psycopg2, requests, sqlalchemy"], {}, 0)


def _run(command: list[str], environment: Mapping[str, str], code: int) -> Took:
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=said, stderr=said)  # noqa: S603 - ours
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode != code:
            raise AssertionError(f"{command} ended with {process.returncode}: {said.read().decode()}")
    return Took(seconds, usage.ru_utime + usage.ru_stime)


def _best(run: Callable[[], Took], repeats: int) -> Took:
    runs = [run() for _ in range(repeats)]
    return Took(min(one.seconds for one in runs), min(one.cpu_s for one in runs))


def _table(best: Mapping[str, tuple[Took, float]], libraries: Took) -> Table:
    table = Table(title="The command line, a process each; the best of the runs")
    for title in ("command", "seconds", "processor, s", "at most, s"):
        table.add_column(title, justify="left" if title == "command" else "right")
    for title, (took, limit) in best.items():
        table.add_row(title, f"{took.seconds:.2f}", f"{took.cpu_s:.2f}", f"{limit:.1f}")
    table.add_row("the libraries of a load", f"{libraries.seconds:.2f}", f"{libraries.cpu_s:.2f}", "")
    return table


def _slowest_imports(words: Sequence[str], environment: Mapping[str, str]) -> Table:
    """Return the slowest imports of a command, each with the modules that it imports first."""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-X", "importtime", "-m", "smena", *words],
        env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    rows = [line.removeprefix("import time:").split("|") for line in done.stderr.splitlines() if "|" in line]
    timed = [(int(whole), int(own), name) for own, whole, name in rows if own.strip().isdigit()]
    table = Table(title=f"Imports of `smena {' '.join(words)}`")
    for title in ("whole, ms", "own, ms", "module"):
        table.add_column(title, justify="left" if title == "module" else "right", no_wrap=True)
    for whole, own, name in sorted(timed, reverse=True)[:_SLOWEST]:
        table.add_row(f"{whole / 1000:.0f}", f"{own / 1000:.0f}", name.rstrip())
    return table


if __name__ == "__main__":
    sys.exit(main())
