"""`python -m bench.register_year`: what the evidence of one register takes in a year, before and after `smena archive`.

Registers of the sandbox are loaded every morning of a month, as the daily DAG does, into a fresh warehouse; then the
month is closed and archived. Once with totals of shifts, once with all receipts. A year is twelve of these months.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg2
from rich.console import Console
from rich.table import Table

from bench.__main__ import SETTINGS
from bench.commands import switch_on
from demo.postgres import EmbeddedPostgres
from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD, SandboxServer, SandboxSettings, WorldSettings
from smena.decisions.periods import close_period
from smena.loading.load import load
from smena.mandates.organizations import set_organization
from smena.model.endpoint import Endpoint
from smena.runtime.context import Context
from smena.warehouse.archiving import ARCHIVED, Month, archive
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
MONTHS = 12
_TEMPLATE = "prepared"
# Pages are kept by the month of the server's clock, and a month that is not over is not archived.
_IN_THAT_MONTH = """
select raw.make_month('2026-01-15');
alter table raw.page alter column page_id set default raw.first_page_id('2026-01-15') + nextval('raw.page_number');
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Load and archive a month; return 1 where the month was not archived."""
    parser = argparse.ArgumentParser(prog="python -m bench.register_year", description=__doc__)
    parser.add_argument("--registers", type=int, default=20, help="registers of the organisation (20)")
    parser.add_argument("--receipts", type=int, default=100, help="mean number of receipts of a shift (100)")
    given = parser.parse_args(arguments)
    world = replace(
        WorldSettings().easy(), first_day=FIRST, last_day=LAST, organizations=1,
        registers_per_organization=given.registers, receipts_per_shift=given.receipts,
    )  # fmt: skip
    made: dict[str, Month] = {}
    with tempfile.TemporaryDirectory(prefix="smena-bench-") as directory:
        Path(directory).chmod(0o711)
        with EmbeddedPostgres(Path(directory, "postgres"), settings=SETTINGS) as server:
            server.create_database(_TEMPLATE)
            migrate(server.dsn(_TEMPLATE))
            for detail in ("totals", "receipts"):
                folder = Path(directory, detail)
                folder.mkdir()
                server.create_database(detail, template=_TEMPLATE)
                with SandboxServer(SandboxSettings(world=world, now=_morning(FIRST))) as kontur:
                    made[detail] = _month(server.dsn(detail), kontur, detail, folder)
    console = Console(highlight=False, width=120)
    console.print(_table(made, given.registers, given.receipts))
    return int(any(month.state != ARCHIVED for month in made.values()))


def _morning(day: date) -> datetime:
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, 6)  # noqa: DTZ001 - the sandbox's clock


def _month(dsn: str, kontur: SandboxServer, detail: str, folder: Path) -> Month:
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(_IN_THAT_MONTH)
        connection.commit()
    one = kontur.world.organizations[0]
    switch_on(dsn, one.inn, one.kpp, one.short_name, FIRST)
    extra = {"api_key": DEFAULT_API_KEY, "auth_base_url": kontur.address}
    endpoint = Endpoint("kontur_ofd", kontur.address, DEFAULT_LOGIN, DEFAULT_PASSWORD, extra)
    with closing(Warehouse(dsn)) as warehouse:
        context = Context(warehouse, lambda _name: endpoint, now=kontur.current_time)
        with warehouse.transaction() as transaction:
            set_organization(transaction, one.inn, {"detail": detail}, by="bench")
        for day in (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)):
            kontur.set_now(_morning(day))
            load(context, one.inn, run_id="bench")
        with warehouse.transaction() as transaction:
            close_period(transaction, inn=one.inn, through=LAST, closed_by="bench")
        (month,) = archive(warehouse, str(folder), LAST + timedelta(days=1), by="bench")
    return month


def _table(made: dict[str, Month], registers: int, receipts: int) -> Table:
    table = Table(title=f"A register in a year of daily loads, {receipts} receipts a shift ({registers} registers)")
    for title in ("detail", "pages", "answers, MB", "in the database, MB", "in the archive, MB", "left, MB"):
        table.add_column(title, justify="left" if title == "detail" else "right")
    for detail, month in made.items():
        sizes = (month.body_bytes, month.table_bytes, month.file_bytes, month.kept_bytes)
        share = MONTHS / registers
        table.add_row(
            detail,
            f"{(month.pages or 0) * share:,.0f}",
            *(f"{(size or 0) * share / 1e6:,.2f}" for size in sizes),
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
