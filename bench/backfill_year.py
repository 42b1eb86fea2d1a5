"""`python -m bench.backfill_year`: load a year of registers with the real scheduler, and by calling the functions."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.__main__ import SETTINGS
from demo.airflow import QUICK, LocalAirflow
from demo.postgres import EmbeddedPostgres
from demo.rest import AirflowRest
from demo.signing import invent_head
from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD, SandboxServer, SandboxSettings, WorldSettings
from smena.mandates.certificates import add_certificate
from smena.mandates.lifecycle import enable, prepare_mandate
from smena.mandates.organizations import add_organization
from smena.model.endpoint import Endpoint
from smena.model.window import OFD
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate

DAG_ID = "integration_backfill"
# The administrator of the demo's Airflow, who starts the run and has access to the organisation.
STARTED_BY = "admin"
TEMPLATE, BOOKS = "prepared", "books"
WANTED_SHARE = 1 / 3
ROUNDS = 5
_MB = 1024 * 1024


@dataclass(frozen=True)
class Way:
    """One way of loading: wall clock, requests, peak memory of the largest process, and the books that it made."""

    name: str
    seconds: float
    requests: int
    peak_bytes: int
    books: tuple[Any, ...]


class Biggest:
    """A context that samples the memory of a process's descendants; `peak_bytes` is the largest of any of them."""

    def __init__(self, root: int) -> None:
        self._root, self.peak_bytes, self._enough = psutil.Process(root), 0, threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory", daemon=True)

    def __enter__(self) -> Biggest:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._enough.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._enough.wait(0.2):
            with suppress(psutil.Error):
                for child in self._root.children(recursive=True):
                    with suppress(psutil.Error):
                        self.peak_bytes = max(self.peak_bytes, child.memory_info().rss)


def plainly(reported: Connection, dsn: str, endpoint: Endpoint, inn: str) -> None:
    """Run the functions of the DAG's tasks one after another; everything is imported before the clock starts."""
    import great_expectations  # noqa: F401 - preloaded, as in Airflow's workers

    from smena.loading.run import load_shards, publish_batches, report_run
    from smena.planning.backfill import start_backfill
    from smena.runtime.context import Context

    context = Context(Warehouse(dsn), lambda _name: endpoint)
    started = time.perf_counter()
    made = start_backfill(context, {"inn": inn, "product": OFD}, run_id="plain", by=STARTED_BY).run_plan()
    for shards in made["task_groups"]:
        load_shards(context, shards)
    publish_batches(context, made["batches"], at_once=1)
    report_run(context, made)
    reported.send((time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))


class Bench:
    """PostgreSQL, the sandbox, and a warehouse that is made anew before each way."""

    def __init__(self, server: EmbeddedPostgres, sandbox: SandboxServer, first_day: date) -> None:
        self.server, self.sandbox = server, sandbox
        one = sandbox.world.organizations[0]
        self.inn = one.inn
        address = sandbox.address
        extra = {"api_key": DEFAULT_API_KEY, "auth_base_url": address}
        self.endpoint = Endpoint("kontur_ofd", address, DEFAULT_LOGIN, DEFAULT_PASSWORD, extra)
        server.create_database(TEMPLATE)
        migrate(server.dsn(TEMPLATE))
        warehouse, head = Warehouse(server.dsn(TEMPLATE)), invent_head(one.inn, "Head")
        with warehouse.transaction() as transaction:
            add_organization(transaction, inn=one.inn, kpp=one.kpp, name=one.short_name, tariff="uchetny")
            add_certificate(transaction, inn=one.inn, file=head.pem, source="manual", added_by="bench")
            fields = {"inn": one.inn, "product": OFD, "start_date": first_day}
            text = prepare_mandate(transaction, **fields, made_by="bench")["text"]
            enable(transaction, **fields, changed_by="bench", signature=head.sign(text))
            transaction.run("page_user_grant", user_name=STARTED_BY, inn=one.inn, granted_by="bench")
        warehouse.close()

    def begin(self) -> str:
        """Replace the warehouse by a fresh one; return its address."""
        self.server.drop_database(BOOKS)
        self.server.create_database(BOOKS, template=TEMPLATE)
        self.sandbox.requests.reset()
        return self.server.dsn(BOOKS)

    def books(self) -> tuple[Any, ...]:
        """Return shifts, orders, their sum and the sum over their numbers, to compare two warehouses."""
        warehouse = Warehouse(self.server.dsn(BOOKS))
        with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
            cursor.execute(
                "select (select count(*) from accounting.shift), count(*), sum(amount),"
                " md5(string_agg(document_id || ':' || number, ',' order by document_id)) from accounting.cash_order"
            )
            found: tuple[Any, ...] = cursor.fetchone() or ()
        warehouse.close()
        return found

    def plain(self) -> Way:
        dsn = self.begin()
        processes = multiprocessing.get_context("spawn")
        mine, theirs = processes.Pipe(duplex=False)
        process = processes.Process(target=plainly, args=(theirs, dsn, self.endpoint, self.inn))
        process.start()
        theirs.close()
        seconds, peak_bytes = mine.recv()
        process.join()
        return Way("plain functions, one after another", seconds, self._requests(), peak_bytes, self.books())

    def scheduled(self, airflow: LocalAirflow, client: AirflowRest, slots: int) -> Way:
        self.begin()
        client.create_pool("kontur_ofd", slots)
        with Biggest(_scheduler(airflow)) as biggest:
            run = client.wait_run(DAG_ID, client.trigger(DAG_ID, {"inn": self.inn})["dag_run_id"], timeout_s=1800)
        if run["state"] != "success":
            raise RuntimeError(f"the run is {run['state']}")
        seconds = (_moment(run["end_date"]) - _moment(run["queued_at"])).total_seconds()
        return Way(f"scheduler, {slots} at once", seconds, self._requests(), biggest.peak_bytes, self.books())

    def _requests(self) -> int:
        return self.sandbox.requests.count()


@contextmanager
def halted(airflow: LocalAirflow) -> Iterator[None]:
    """Suspend Airflow's processes inside the block."""
    parts = [psutil.Process(_pid(record)) for record in (airflow.directory / "processes").glob("*.json")]
    processes = [one for part in parts for one in (part, *part.children(recursive=True))]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            # Its parent, which is resumed first, kills a parser of DAG files that took too long.
            with suppress(psutil.NoSuchProcess):
                process.resume()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _scheduler(airflow: LocalAirflow) -> int:
    """Return the process id of the scheduler, whose children run the tasks."""
    return _pid(airflow.directory / "processes" / "scheduler.json")


def _pid(record: Path) -> int:
    return int(json.loads(record.read_text())["pid"])


def _median(rounds: list[Way]) -> Way:
    """Return the round with the median time; all rounds must have made the same books."""
    if len({way.books for way in rounds}) > 1:
        raise RuntimeError(f"{rounds[0].name}: the rounds made different books")
    return sorted(rounds, key=lambda way: way.seconds)[len(rounds) // 2]


def measure(registers: int, directory: Path) -> list[Way]:
    """Measure each way in turn, several rounds, on fresh warehouses, so that other load on the machine affects all.

    The median of each way counts. Airflow is suspended while the plain functions run.
    """
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    first_day = yesterday - timedelta(days=364)
    world = WorldSettings(
        first_day=first_day, last_day=yesterday, organizations=1, registers_per_organization=registers,
        receipts_per_shift=10,
    )  # fmt: skip
    with (
        EmbeddedPostgres(directory / "postgres", settings=SETTINGS) as server,
        SandboxServer(SandboxSettings(world=world)) as sandbox,
    ):
        bench = Bench(server, sandbox, first_day)
        server.create_database("airflow")
        environment = {
            "AIRFLOW_CONN_KONTUR_OFD": json.dumps({
                "conn_type": "http", "host": bench.endpoint.base_url, "login": DEFAULT_LOGIN,
                "password": DEFAULT_PASSWORD, "extra": dict(bench.endpoint.extra),
            }),
            "AIRFLOW_CONN_WAREHOUSE": server.dsn(BOOKS).replace("postgresql://", "postgres://", 1),
        }  # fmt: skip
        airflow = LocalAirflow(
            directory / "airflow", metadata_dsn=server.dsn("airflow"), environment=QUICK | environment, port=0
        )
        with airflow:
            client = airflow.client()
            client.wait_dag(DAG_ID)
            client.unpause(DAG_ID)
            # A first load, which is not measured, fills the caches of the sandbox and the scheduler.
            bench.plain()
            bench.scheduled(airflow, client, 1)
            rounds = []
            for _ in range(ROUNDS):
                with halted(airflow):
                    plain = bench.plain()
                rounds.append((plain, bench.scheduled(airflow, client, 1), bench.scheduled(airflow, client, 2)))
        return [_median(list(way)) for way in zip(*rounds, strict=True)]


def log_plan(ways: list[Way], registers: int) -> bool:
    """Print the table; return whether Airflow's share is within its limit and every way made the same books."""
    console = Console(highlight=False, width=120)
    table = Table(title=f"A year of {registers} registers: {ways[0].books[0]:,} shifts, {ways[0].books[1]:,} orders")
    for title in ("way", "wall, s", "Airflow's share", "requests", "most memory of a process, MB"):
        table.add_column(title, justify="left" if title == "way" else "right")
    plain = ways[0].seconds
    shares = [1 - plain / way.seconds for way in ways]
    for way, share in zip(ways, shares, strict=True):
        reported = "" if way is ways[0] else f"{share:.0%}"
        table.add_row(way.name, f"{way.seconds:.1f}", reported, f"{way.requests:,}", f"{way.peak_bytes / _MB:.0f}")
    console.print(table)
    are_same = len({way.books for way in ways}) == 1
    is_well = shares[1] < WANTED_SHARE
    console.print(f"the same shifts, orders, sums and numbers: {'yes' if are_same else 'NO'}")
    console.print(f"Airflow's share with one task at a time under a third: {'yes' if is_well else 'NO'}")
    return are_same and is_well


def main() -> None:
    """Exit 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.backfill_year", description=__doc__)
    parser.add_argument("--registers", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="smena-bench-") as directory:
        Path(directory).chmod(0o711)
        ways = measure(given.registers, Path(directory))
    sys.exit(0 if log_plan(ways, given.registers) else 1)


if __name__ == "__main__":
    main()
