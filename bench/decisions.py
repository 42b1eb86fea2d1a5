"""`python -m bench.decisions`: a thousand open decisions, cleared on the page by the bar that answers many at once.

The sandbox's Market reports most cash sums otherwise than the operator does, so that nearly every shift of three
organisations waits for a person. Both sources are loaded into a new warehouse and the pages are served as
`bench.pages` does. In the system's Chromium an accountant answers all of a filter, then, with the same decisions taken
back, page by page the ticked ones. Clicks, filled fields and seconds are counted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console

from bench.commands import switch_on
from bench.pages import SETTINGS, served
from bench.person import HEIGHT, WIDTH, Person, launch, steps_table
from demo.postgres import EmbeddedPostgres
from sandbox import (
    DEFAULT_API_KEY,
    DEFAULT_LOGIN,
    DEFAULT_MARKET_KEY,
    DEFAULT_PASSWORD,
    MarketSettings,
    SandboxServer,
    SandboxSettings,
    WorldSettings,
)
from smena.loading.load import load
from smena.mandates.lifecycle import enable
from smena.model.endpoint import Endpoint
from smena.model.window import MARKET, OFD
from smena.reads.decisions import Filter, counted
from smena.runtime.context import Context
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate

LIMIT_S = 180
_FIRST, _LAST = date(2025, 12, 1), date(2026, 1, 29)
_WORLD = WorldSettings(
    first_day=_FIRST, last_day=_LAST, organizations=4, registers_per_organization=12, receipts_per_shift=12,
    corrections_are_dated=True,
).easy()  # fmt: skip
_MARKET = replace(MarketSettings().easy(), unfiscal_permille=100)
_REASON = "сверено с лентой кассы"


def main(arguments: Sequence[str] | None = None) -> int:
    """Clear the decisions twice; return 1 where one of the ways takes longer than the limit or leaves something."""
    parser = argparse.ArgumentParser(prog="python -m bench.decisions", description=__doc__)
    parser.add_argument("--screenshots", type=Path, help="a folder for a picture of each step")
    given = parser.parse_args(arguments)
    console = Console(highlight=False, width=140)
    with tempfile.TemporaryDirectory(prefix="smena-bench-") as directory:
        Path(directory).chmod(0o711)
        with EmbeddedPostgres(Path(directory), settings=SETTINGS) as server:
            server.create_database("decisions")
            dsn = server.dsn("decisions")
            started = time.monotonic()
            with closing(Warehouse(dsn)) as warehouse:
                _load(dsn, warehouse)
                waiting = counted(warehouse, Filter())["decisions"]
            console.print(f"{waiting:,} decisions are open, after {time.monotonic() - started:.0f} s of loading")
            with served(dsn) as address:
                accountant = _clear(address, waiting, given.screenshots)
    console.print(steps_table(f"{waiting:,} open decisions", accountant.steps))
    for step in accountant.steps:
        for one in step.wrong:
            console.print(f"{step.what}: {one}", markup=False)
    slow = sum(step.seconds >= LIMIT_S for step in accountant.steps)
    console.print(f"limit {LIMIT_S} s for each way: {slow} over it")
    return int(bool(slow or any(step.wrong for step in accountant.steps)))


def _load(dsn: str, warehouse: Warehouse) -> None:
    migrate(dsn)
    sandbox = SandboxSettings(world=_WORLD, market=_MARKET, now=datetime(2026, 1, 31, 12))  # noqa: DTZ001 - its clock
    with SandboxServer(sandbox) as kontur:
        endpoints = {
            "kontur_ofd": Endpoint(
                "kontur_ofd", kontur.address, DEFAULT_LOGIN, DEFAULT_PASSWORD,
                {"api_key": DEFAULT_API_KEY, "auth_base_url": kontur.address},
            ),
            "kontur_market": Endpoint("kontur_market", kontur.market_address, None, DEFAULT_MARKET_KEY, {}),
        }  # fmt: skip
        context = Context(warehouse, endpoints.__getitem__, now=kontur.current_time)
        for one in kontur.world.organizations:
            switch_on(dsn, one.inn, one.kpp, one.short_name, _FIRST)
            with warehouse.transaction() as doing:
                enable(doing, inn=one.inn, product=MARKET, start_date=_FIRST, changed_by="bench")
            for product in (OFD, MARKET):
                load(context, one.inn, run_id="bench", product=product)
        warehouse.run("page_user_grant", user_name="accountant", inn=None, granted_by="bench")


def _clear(address: str, waiting: int, pictures: Path | None) -> Person:
    with sync_playwright() as playwright, closing(launch(playwright)) as browser:
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, locale="ru-RU",
            extra_http_headers={"X-Bench-User": "accountant"},
        )  # fmt: skip
        accountant = Person(context.new_page(), "accountant", pictures)
        accountant.page.goto(f"{address}/decisions")
        with accountant.step("all of the filter"):
            accountant.fill("#many input[name=reason]", _REASON)
            accountant.button("Ответить всем по фильтру", "#many")
            accountant.must_show(f"{waiting}", "[data-count]")
            accountant.button("Ответить всем по фильтру")
            accountant.must_show("Ничего не ждёт решения.")
        with accountant.step("taken back"):
            accountant.shown.locator("summary", has_text="Вернуть ответ").first.click()
            accountant.steps[-1].clicks += 1
            accountant.fill("form[action$='/decisions/take-back'] input[name=reason]", "не та лента")
            accountant.button("Вернуть ответ", "form[action$='/decisions/take-back']")
            accountant.must_show(f"решения снова открыты: {waiting}", "[role=status]")
        with accountant.step("a hundred at a time"):
            while accountant.shown.locator("#many").count():
                accountant.tick("input[data-all]")
                accountant.fill("#many input[name=reason]", _REASON)
                accountant.button("Ответить выбранным, как рекомендовано", "#many")
            accountant.must_show("Ничего не ждёт решения.")
        return accountant


if __name__ == "__main__":
    sys.exit(main())
