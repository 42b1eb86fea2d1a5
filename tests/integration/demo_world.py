"""`python -m tests.integration.demo_world`: the demo's world loaded without Airflow, and what waits for a person in it.

It is three organisations over 92 days, as `make demo` invents them, both products, and the loads of three mornings.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from demo.kontur import sandbox_arguments
from demo.postgres import EmbeddedPostgres
from sandbox import SandboxServer
from sandbox.__main__ import read_arguments
from smena.model.window import MARKET, OFD
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from tests.town import Town

TODAY, PAST_DAYS, FUTURE_DAYS, MORNINGS = date(2026, 2, 10), 92, 30, 3
WAITING = ("conflict", "needs_review", "incomplete", "closed_period")


def play(warehouse: Warehouse, arguments: Iterable[str] = ()) -> Town:
    """The town of the demo after its loads; `arguments` are added to those of the demo's sandbox."""
    first, last = TODAY - timedelta(days=PAST_DAYS), TODAY + timedelta(days=FUTURE_DAYS)
    settings = read_arguments([*sandbox_arguments(first, last), *arguments])
    with SandboxServer(replace(settings, port=0)) as sandbox:
        sandbox.set_now(sandbox.current_time())
        town = Town(sandbox, warehouse, None)
        town.set_day(TODAY, hour=2)
        town = Town(sandbox, warehouse, first)
        for inn in town.inns:
            town.enable_market(first, inn)
        for day in range(MORNINGS):
            town.set_day(TODAY + timedelta(days=day), hour=2)
            for product in (OFD, MARKET):
                for inn in town.inns:
                    town.load(inn=inn, product=product)
        return town


def waiting(town: Town) -> Counter[tuple[Any, ...]]:
    """How many shifts wait, by source, outcome and reason."""
    rows = town.sql(
        "select source, outcome, reason, count(*) from accounting.shift where outcome = any(%s) group by 1, 2, 3",
        list(WAITING),
    )
    return Counter({(source, outcome, reason): count for source, outcome, reason, count in rows})


def main() -> int:
    """Prints shifts by outcome, those that wait by their reason, and the open decisions with their recommendations."""
    logging.disable(logging.CRITICAL)
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="smena-demo-world-")), settings={"fsync": "off"})
    server.start()
    try:
        server.create_database("town")
        migrate(server.dsn("town"))
        town = play(Warehouse(server.dsn("town")), sys.argv[1:])
        print(json.dumps({"shifts": dict(town.outcomes())}, ensure_ascii=False))
        for (source, outcome, reason), count in waiting(town).most_common():
            print(f"{count:5d}  {source}  {outcome}  {reason}")
        statement = (
            "select count(*), kind, recommendation ->> 'word', reason from control.decision where state = 'open'"
            " group by 2, 3, 4"
        )
        for count, kind, word, reason in town.sql(statement):
            print(f"{count:5d}  {kind}, recommended {word}: {reason}")
        planted = [row for inn in town.inns for row in town.sandbox.market_truth(inn) if row["recommendation"]]
        print("till shifts with a cheque that no receipt is:", len(planted))
        town.warehouse.close()
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
