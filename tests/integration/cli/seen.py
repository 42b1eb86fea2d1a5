"""A shop with every kind of problem, and all commands and pages that show it. Tests read it and do not change it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox import DEFAULT_MARKET_KEY, MarketSettings, SandboxServer, SandboxSettings
from smena.alerts.outgoing import gather
from smena.decisions.documents import ACCEPTED, REJECTED, mark
from smena.model.window import MARKET
from smena.warehouse.database import Warehouse
from tests.integration.cli.shop import FIRST, LAST, MARCH, Shop
from tests.integration.ui.browser import Browser
from tests.town import Town

DAYS = ("--from", str(FIRST), "--to", str(LAST))
TROUBLE = (
    "update accounting.shift set outcome = 'needs_review' where shift_id = ("
    " select shift_id from accounting.shift where source = 'ofd' and outcome = 'issued' order by closed_at limit 1)",
    "update accounting.shift set late_by = interval '2 days' where shift_id = ("
    " select shift_id from accounting.shift where source = 'ofd' and closed_at >= '2025-03-07'"
    " order by kkt_reg_id, closed_at limit 1)",
    "insert into control.gap (organization_inn, product, unit_id, days, reason)"
    " select organization_inn, 'ofd', kkt_reg_id, daterange('2025-03-05', '2025-03-06'), 'failed'"
    " from control.register order by kkt_reg_id limit 1",
    "delete from control.covered_day where day = '2025-03-04' and product = 'ofd'",
    "delete from control.coverage where product = 'ofd' and unit_id = (select max(kkt_reg_id) from control.register)",
    "insert into control.decision (organization_inn, kind, document_id, reason, kept, held, digest, evidence,"
    " decided_by, batch_id) select organization_inn, 'conflict', document_id, 'no_link', '{}', '{}', 'x', '{}',"
    " 'rule', batch_id from accounting.market_document order by date, document_id limit 1",
    "insert into control.decision (organization_inn, kind, shift_id, reason, kept, held, digest, evidence,"
    " decided_by, batch_id) select organization_inn, 'review', shift_id, 'no_link', '{}', '{}', 'y', '{}',"
    " 'rule', batch_id from accounting.shift where source = 'ofd' and outcome = 'issued' order by closed_at limit 1",
    "insert into control.quarantine (organization_inn, product, kind, step, reason, record, digest, batch_id)"
    " select organization_inn, 'ofd', 'closeShift', 'read', 'fiscal_sign_not_32_bits', '{}', 'z', max(batch_id)"
    " from control.batch where product = 'ofd' group by organization_inn",
)


@dataclass(frozen=True)
class Seen:
    """A shop with every kind of problem, with its commands and pages."""

    shop: Shop
    page: Browser
    reconciled: dict[str, Any]

    @property
    def inn(self) -> str:
        return self.shop.inn

    @property
    def warehouse(self) -> Warehouse:
        return self.shop.town.warehouse

    @property
    def organization(self) -> dict[str, Any]:
        return self.warehouse.rows("page_organization", inn=self.inn)[0]

    def answer(self, *words: str) -> dict[str, Any]:
        """The answer of a command; its exit code may be 1, as something waits."""
        done = self.shop.cli.here(*words, "--json")
        assert done.code in (0, 1), done.err
        return done.data

    def alerts(self, kind: str) -> list[dict[str, Any]]:
        (sent,) = gather(self.warehouse, datetime.now(UTC), inn=self.inn)
        return [dict(one.details) | {"count": one.count} for one in sent.alerts if one.kind == kind]


@contextmanager
def load_shop_to_read(warehouse: Warehouse) -> Iterator[Seen]:
    """Loads such a shop into an empty warehouse."""
    settings = SandboxSettings(world=MARCH, market=MarketSettings().easy(), now=datetime(2026, 2, 20, 12))
    with SandboxServer(settings) as sandbox:
        town = Town(sandbox, warehouse, FIRST)
        shop = Shop(town)
        town.enable_market(FIRST)
        lost = sorted(town.truth().values(), key=lambda one: str(one["closed_at"]))[8]
        match = {"fiscalDriveNumber": lost["fiscal_drive_number"], "shiftNumber": lost["shift_number"]}
        sandbox.faults.add({"kind": "drop_document", "match": match | {"type": "closeShift"}})
        town.load()
        town.load(product=MARKET)
        town.warehouse.run("page_user_grant", user_name="anna", inn=shop.inn, granted_by="test")
        market = {"conn_type": "http", "host": sandbox.market_address, "password": DEFAULT_MARKET_KEY}
        shop.cli.connections["AIRFLOW_CONN_KONTUR_MARKET"] = json.dumps(market)
        done = shop.cli.here("reconcile", "--inn", shop.inn, *DAYS, "--json")
        assert done.code == 1
        for statement in TROUBLE:
            town.sql(statement)
        first, second, *_ = (str(one["document_id"]) for one in town.orders())
        with town.warehouse.transaction() as transaction:
            mark(transaction, [first], status=ACCEPTED, by="Anna")
        with town.warehouse.transaction() as transaction:
            mark(transaction, [second], status=REJECTED, by="Anna", reason="twice")
        yield Seen(shop, Browser(town.context, "anna"), done.data)
