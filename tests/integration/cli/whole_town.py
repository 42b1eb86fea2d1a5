"""A town with everything that commands can meet: both sources, what waits, what is missing, what was decided."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from sandbox import DEFAULT_MARKET_KEY, MarketSettings, SandboxSettings
from smena.cli.organization import person
from smena.decisions.documents import ACCEPTED, mark
from smena.decisions.periods import close_period
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.window import MARKET, Window
from smena.reads.documents import Filter
from smena.reconciliation.reconcile import reconcile
from tests.integration.cli.shop import FIRST, LAST, MARCH, cli_of, kontur_as_json
from tests.town import Town
from tests.unit.cli.commands import Cli

WORLD = replace(MARCH, registers_per_organization=4)
SHOPS = replace(MarketSettings(), no_buy_price_permille=60, no_product_permille=40)
STOPPED = reason(Reason.TOO_MANY_ORDERS_CHANGE, changed=120, most=100, orders=400)
SANDBOX = SandboxSettings(world=WORLD, market=SHOPS)


def fill(town: Town) -> None:
    """Loads both sources with faults, accepts, closes a period, and then has the source report other sums."""
    faults = town.sandbox.faults
    register = town.register(0)
    faults.add({"kind": "forbid_register", "register": town.register(1)})
    bad = {"type": "closeShift", "shiftNumber": 3, "kktRegId": register}
    faults.add({"kind": "patch_document", "match": bad, "set": {"dateTime": "yesterday"}})
    town.load()
    town.enable_market(FIRST)
    town.load(product=MARKET)
    with town.warehouse.transaction() as transaction:
        mark(transaction, Filter(town.inn, FIRST, date(2025, 3, 4), None), status=ACCEPTED, by="Anna", reason=None)
        close_period(
            transaction, inn=town.inn, through=date(2025, 3, 2), closed_by=person(), reason="over", newest_day=LAST
        )
    accepted = next(o for o in town.orders() if o["status"] == "accepted" and o["date"] > date(2025, 3, 2))
    shift = next(one for one in town.shifts() if one["shift_id"] == accepted["shift_id"])
    fields = {
        "type": "byShifts",
        "fiscalDriveNumber": shift["fiscal_drive_number"],
        "shiftNumber": shift["shift_number"],
    }
    more = int(shift["cash_income"] * 100) + 12_300
    faults.add({"kind": "patch_document", "match": fields, "set": {"sell.cashTotal": more, "sell.total": 10**12}})
    town.load(FIRST, LAST)
    town.sql(
        "insert into control.batch (organization_inn, product, run_id, reason, detail, first_day, last_day, state,"
        " finished_at, summary) values (%s, 'ofd', 'whole', 'planned', 'totals', %s, %s, 'stopped', now(), %s)",
        town.inn, LAST, LAST, json.dumps({"stopped": STOPPED, "changed_orders": 120}),
    )  # fmt: skip
    town.sql("update accounting.market_document set amount = null where kind = 'waybill' and document_id = ("
             "select min(document_id::text)::uuid from accounting.market_document where kind = 'waybill')")  # fmt: skip
    reconcile(town.context, town.inn, run_id="whole", window=Window(FIRST, LAST))
    with town.warehouse.transaction() as transaction:
        transaction.run("page_user_grant", user_name="anna", inn=town.inn, granted_by="test")


def command_line(town: Town, dsn: str) -> Cli:
    """The command line on a copy of the town's warehouse, with all connections."""
    cli = cli_of(dsn, kontur_as_json(town.sandbox.address))
    market = {"conn_type": "http", "host": town.sandbox.market_address, "password": DEFAULT_MARKET_KEY}
    cli.connections["AIRFLOW_CONN_KONTUR_MARKET"] = json.dumps(market)
    return cli
