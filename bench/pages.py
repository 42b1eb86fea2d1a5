"""`python -m bench.pages`: how long the pages take with a million documents and ten thousand registers.

SQL statements fill a warehouse, uvicorn serves the pages on this machine, and several clients at once send real HTTP
requests. Airflow's own part (its login, the look-up of runs) is replaced by immediate answers and not measured.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg2
import requests
import uvicorn
from fastapi import Request
from rich.console import Console
from rich.table import Table
from starlette.applications import Starlette
from starlette.routing import Mount

from bench.statements import statement
from demo.ports import HOST, is_port_free, pick_free_port
from demo.postgres import EmbeddedPostgres
from smena.model.endpoint import Endpoint
from smena.model.errors import WrongUse
from smena.reads.documents import SORTS
from smena.runtime.context import Context
from smena.ui.api.app import fastapi_api
from smena.ui.api.limits import ApiLimits
from smena.ui.app import fastapi_app
from smena.ui.auth import Rights, rights
from smena.ui.limits import Limits
from smena.ui.runs import runs_of_airflow
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate

LIMIT_MS = 300
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
_START_S = 60


def main(reported: Sequence[str] | None = None) -> int:
    """Measure the pages; return 1 where the 95th percentile of a page is not under the limit."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--registers", type=int, default=10_000)
    parser.add_argument("--organizations", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=4, help="requests under way at a time")
    parser.add_argument("--requests", type=int, default=60, help="of each page")
    given = parser.parse_args(reported)
    console = Console(highlight=False, width=140)
    with tempfile.TemporaryDirectory(prefix="smena-bench-") as directory:
        Path(directory).chmod(0o711)
        with EmbeddedPostgres(Path(directory), settings=SETTINGS) as server:
            dsn = _filled(server, given, console)
            with served(dsn) as address:
                return _measure(address, dsn, given, console)


def _filled(server: EmbeddedPostgres, given: argparse.Namespace, console: Console) -> str:
    server.create_database("pages")
    dsn = server.dsn("pages")
    migrate(dsn)
    started = time.monotonic()
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            wanted = {
                "organizations": given.organizations,
                "registers": given.registers,
                "days": max(given.documents // given.registers, 1),
            }
            cursor.execute(statement("pages_fill"), wanted)
            cursor.execute("vacuum analyze")
            cursor.execute("select count(*) from accounting.document")
            (documents,) = cursor.fetchone() or (0,)
    console.print(
        f"{documents:,} documents, {given.registers:,} registers, filled in {time.monotonic() - started:.0f} s"
    )
    return dsn


@contextmanager
def served(dsn: str) -> Iterator[str]:
    """Serve the pages in their own process, as Airflow's server does; yield the address."""
    port = pick_free_port(0)
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(dsn, port), daemon=True)
    process.start()
    deadline = time.monotonic() + _START_S
    while is_port_free(port):
        if time.monotonic() > deadline or not process.is_alive():
            raise RuntimeError("the pages did not start")
        time.sleep(0.1)
    try:
        yield f"http://{HOST}:{port}/smena"
    finally:
        process.terminate()
        process.join(_START_S)


def _serve(dsn: str, port: int) -> None:
    def nowhere(name: str) -> Endpoint:
        raise WrongUse(f"no page that is measured asks {name}")

    app = fastapi_app(lambda: Context(Warehouse(dsn), endpoint=nowhere), "bench")
    app.dependency_overrides[rights] = _by_header
    app.dependency_overrides[runs_of_airflow] = _every_run
    api = fastapi_api(lambda: Context(Warehouse(dsn), endpoint=nowhere))
    api.dependency_overrides[rights] = _by_header
    mounted = Starlette(routes=[Mount("/smena/api", ApiLimits(api)), Mount("/smena", Limits(app))])
    uvicorn.run(mounted, host=HOST, port=port, log_level="warning", access_log=False)


def _every_run() -> Callable[[Iterable[str]], dict[str, str]]:
    return lambda run_ids: dict.fromkeys(run_ids, "ofd_z_reports")


def _by_header(request: Request) -> Rights:
    return Rights(request.headers["X-Bench-User"], may_look=True, may_act=True)


def _pages(dsn: str) -> dict[str, str]:
    """Return the paths that are measured, by name."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select organization_inn, document_id, number, date, shift_id,"
            " (select count(*) from accounting.document_change)"
            " from accounting.cash_order"
            " where organization_inn = (select min(inn) from control.organization)"
            " order by date, number limit 1 offset 30000"
        )
        inn, document_id, number, day, shift_id, changes = cursor.fetchone() or ("", "", 0, yesterday, "", 0)
    return {
        "Сегодня": "/today",
        "Сегодня: организация": f"/today?inn={inn}",
        "Месяц": "/month",
        "Месяц: организация": f"/month?inn={inn}",
        "Кассовая книга": f"/cash?inn={inn}",
        "Журнал ордеров": f"/journal?inn={inn}",
        "Настройки": f"/settings?inn={inn}",
        "Настройки: счета": f"/settings/accounts?inn={inn}",
        "Полнота": "/completeness",
        "Полнота: кассы": f"/completeness/{inn}",
        "Полнота: день": f"/completeness/{inn}/{yesterday}",
        "Документы": f"/documents?inn={inn}",
        "Документы: глубоко": f"/documents?inn={inn}&after={day}_{number}_{document_id}",
        "Документы: отклонённые": f"/documents?inn={inn}&status=rejected",
        "Документы: РКО": f"/documents?inn={inn}&kind=rko",
        "Документы: номер": f"/documents?inn={inn}&number={number}",
        "Документы: сумма": f"/documents?inn={inn}&sort=amount&order=down",
        "Документы всех": "/documents",
        "Документы всех: номер": f"/documents?number={number}",
        "Документы всех: новые": "/documents?status=new",
        **{f"Документы всех: {sort}": f"/documents?sort={sort}&order=up" for sort in SORTS},
        "Документы всех, неделя: сумма": f"/documents?sort=amount&from={yesterday - timedelta(days=6)}&to={yesterday}",
        "Документ": f"/documents/{document_id}",
        "Решения": "/decisions",
        "Решения: день": "/decisions?sort=day&order=up",
        "Решения: касса": "/decisions?sort=till&order=up",
        "Качество": f"/quality?inn={inn}",
        "Интеграции": "/integrations",
        **_api_paths(inn, document_id, shift_id, number, day, changes // 2),
    }


def _api_paths(inn: str, document_id: str, shift_id: str, number: int, day: date, position: int) -> dict[str, str]:
    days = (day - date(2000, 1, 1)).days
    at = (datetime(day.year, day.month, day.day) - datetime(2000, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
    paths = {
        "documents": f"/documents?inn={inn}",
        "documents, deep": f"/documents?inn={inn}&after={days}_{document_id}_{number}",
        "documents of all": "/documents?limit=500",
        "documents of all, the oldest": "/documents?order=asc&limit=500",
        "document": f"/documents/{document_id}",
        "shifts": f"/shifts?inn={inn}",
        "shifts, deep": f"/shifts?inn={inn}&after={at}_{shift_id}&limit=500",
        "shifts, rare": f"/shifts?inn={inn}&outcome=incomplete",
        "shift": f"/shifts/{shift_id}",
        "decisions": "/decisions",
        "decisions, 500": f"/decisions?inn={inn}&limit=500",
        "standing": "/standing?limit=40",
        "events": "/events",
        "events, deep": f"/events?after={position}-0",
        "events of one": f"/events?inn={inn}&after={position}-0",
        "events, the end": "/events?after=999999999-0",
    }
    return {f"API: {name}": f"/api/v1{path}" for name, path in paths.items()}


def _measure(address: str, dsn: str, given: argparse.Namespace, console: Console) -> int:
    table = Table("page", "as", "p50, ms", "p95, ms", "most, ms")
    slow = 0
    with ThreadPoolExecutor(given.at_once) as at_once:
        for title, path in _pages(dsn).items():
            for user in ("auditor", "accountant", "regional"):
                taken = sorted(at_once.map(lambda _: _asked(address + path, user), range(given.requests)))  # noqa: B023
                p95 = statistics.quantiles(taken, n=20)[-1]
                slow += p95 >= LIMIT_MS
                table.add_row(title, user, f"{statistics.median(taken):.0f}", f"{p95:.0f}", f"{taken[-1]:.0f}")
    console.print(table)
    console.print(f"{given.at_once} at once, {given.requests} of each; limit p95 < {LIMIT_MS} ms: {slow} over it")
    return 1 if slow else 0


_OF_THREAD = threading.local()


def _asked(address: str, user: str) -> float:
    if not hasattr(_OF_THREAD, "session"):
        _OF_THREAD.session = requests.Session()
    started = time.monotonic()
    answer = _OF_THREAD.session.get(
        address, headers={"X-Bench-User": user, "Authorization": "Bearer bench"}, timeout=60
    )
    taken = (time.monotonic() - started) * 1000
    # One who sees a part gets 404 for a document of another place.
    if user != "regional" or answer.status_code != 404:
        answer.raise_for_status()
    return taken


if __name__ == "__main__":
    sys.exit(main())
