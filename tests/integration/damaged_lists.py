"""Loads damaged lists as the daily DAG does, and decides what became of each damage, then and after the next load."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from demo.postgres import EmbeddedPostgres
from sandbox import MarketSettings, WorldSettings
from smena.loading.run import load_shards, plan_run, publish_batches, report_run
from smena.mandates.organizations import organization_of
from smena.model.errors import BadBatch, PassingFault, SmenaError
from smena.model.window import MARKET, OFD, Window
from smena.planning.run_plan import RunPlan
from smena.reconciliation.certificate import certify
from smena.reconciliation.reconcile import reconcile
from smena.warehouse import ledger
from smena.warehouse.database import Warehouse
from tests.integration.conftest import BuildTown
from tests.mutation import lists
from tests.mutation.lists import Seen, Unit
from tests.town import Town

FIRST, LAST = date(2026, 2, 2), date(2026, 2, 3)
DAYS = Window(FIRST, LAST)
NEXT_MORNING = datetime(2026, 2, 4, 6)
LONG_AFTER = datetime(2026, 3, 25, 6)
"""More than 31 days after the last document: a register may be called silent."""

REGIMES = ("registers not seen before", "a day loaded before", "a day loaded before, long ago")


NUMBER = {OFD: "regNumber", MARKET: "id"}


class Harness:
    """One sandbox; a warehouse for each round, copied from one that is prepared; and what an undamaged load gives."""

    def __init__(self, build_town: BuildTown, postgres: EmbeddedPostgres, world: WorldSettings, product: str) -> None:
        self.postgres, self.product = postgres, product
        behaviour = {"market": MarketSettings().easy()} if product == MARKET else {}
        first = build_town(world, start=FIRST, now=NEXT_MORNING, behaviour=behaviour)
        if product == MARKET:
            for inn in first.inns:
                first.enable_market(FIRST, inn)
        self.sandbox = first.sandbox
        first.warehouse.close()
        self.templates = {REGIMES[0]: first.warehouse.dsn.rpartition("/")[2]}
        with self.town(REGIMES[0]) as town:
            assert self.run(town) == {}
            self.truth = self.see(town)
            self.fetched = self._fetched(town)
        with self.town(REGIMES[0], keep=True) as town:
            town.set_day(FIRST + timedelta(days=1), hour=6)
            assert self.run(town) == {}
            name = town.warehouse.dsn.rpartition("/")[2]
        self.templates |= dict.fromkeys(REGIMES[1:], name)

    @contextmanager
    def town(self, regime: str, *, keep: bool = False) -> Iterator[Town]:
        name = f"round_{secrets.token_hex(6)}"
        self.postgres.create_database(name, template=self.templates[regime])
        warehouse = Warehouse(self.postgres.dsn(name))
        self.sandbox.faults.clear()
        self.sandbox.set_now(LONG_AFTER if regime == REGIMES[2] else NEXT_MORNING)
        try:
            yield Town(self.sandbox, warehouse, None)
        finally:
            warehouse.close()
            self.sandbox.faults.clear()
            if not keep:
                self.postgres.drop_database(name)

    def run(self, town: Town) -> dict[str, str]:
        """The tasks of the daily DAG, one after another; which organisations were not loaded, and why."""
        try:
            made = plan_run(town.context, run_id="test", product=self.product)
        except PassingFault as error:
            return dict.fromkeys(town.inns, str(error))
        for shards in made["task_groups"]:
            try:
                load_shards(town.context, shards)
            except SmenaError:
                continue
        publish_batches(town.context, made["batches"])
        failed = dict(made["failed"])
        for batch_id in made["batches"]:
            batch = ledger.batch_of(town.warehouse, batch_id)
            if batch.state != "published":
                failed[batch.organization_inn] = str(batch.summary.get("stopped", ""))
        named = _report(town, made)
        assert all(inn in named and why in named for inn, why in failed.items())
        return failed

    def see(self, town: Town, failed: dict[str, str] | None = None) -> Seen:
        return lists.see(town.warehouse, self.product, town.context.now(), failed)

    def _fetched(self, town: Town) -> dict[str, Any]:
        """The undamaged lists, by path."""
        organization = organization_of(town.warehouse, town.inn)
        if self.product == MARKET:
            market = town.context.market(organization)
            page = next(iter(market.organizations()))
            market.close()
            return {"": json.loads(page.body)}
        client = town.context.ofd(organization)
        answers: dict[str, Any] = {"": json.loads(client.organizations().body)}
        for one in self.sandbox.world.organizations:
            answers[one.inn] = json.loads(client.cashboxes(one.id).body)
        client.close()
        return answers

    def answer(self, inn: str, body: bytes) -> None:
        """Answers so when the registers of this organisation are asked for, or the list of organisations (`inn` "")."""
        said = {"kind": "body", "body": _text(body)}
        if self.product == MARKET:
            nothing = {"kind": "body", "body": _text(b'{"items": []}'), "method": "market-organizations"}
            self.sandbox.faults.add(said | {"path": "offset=0", "method": "market-organizations"}, nothing)
        elif inn:
            path = f"{self.sandbox.world.organization(inn).id}/cashboxes"
            self.sandbox.faults.add(said | {"path": path, "method": "cashboxes"})
        else:
            self.sandbox.faults.add(said | {"method": "organizations"})


def _report(town: Town, made: RunPlan) -> str:
    """What the last task of the DAG says of what was not loaded."""
    try:
        report_run(town.context, made)
    except BadBatch as error:
        return str(error)
    return ""


def _text(body: bytes) -> str:
    return base64.b64encode(body).decode()


Lists = dict[str, bytes]
"""Answers that are damaged: by the ИНН of the organisation whose registers they list, or "" of the organisations."""


def check_lists(
    harness: Harness, regime: str, bodies: Lists, units: list[Unit], *, alone: bool, prove: bool
) -> Counter[str]:
    """Loads damaged lists and says what became of each unit; then loads undamaged ones, and proves the books."""
    counts: Counter[str] = Counter()
    with harness.town(regime) as town:
        for inn, body in bodies.items():
            harness.answer(inn, body)
        seen = harness.see(town, harness.run(town))
        _books_are_valid(town)
        for unit in units:
            found = lists.verdict(unit, harness.truth, seen, alone=alone, number=NUMBER[harness.product])
            if found == lists.LOST and harness.product == OFD:
                found = _by_totals(town, unit, harness.truth, seen)
            assert not found.startswith((lists.LOST, lists.HARMED)), f"{regime}: {unit}: {found}"
            if found == lists.REJECTED and (prove or harness.product == MARKET):
                assert not _is_proved(town, unit.inn, harness.product)
            counts["no damage, loaded whole" if not unit.damage else found] += 1
        harness.sandbox.faults.clear()
        counts += _healed(harness, town, units, prove=prove)
    return counts


def _by_totals(town: Town, unit: Unit, truth: Seen, seen: Seen) -> str:
    """What the list left out without a trace is found by the totals of the whole organisation."""
    found = reconcile(town.context, unit.inn, run_id="test", window=DAYS, is_full=False)
    lacking = {date.fromisoformat(one[1][:10]) for one in truth.shifts[unit.number].values()}
    lacking -= {date.fromisoformat(one[1][:10]) for one in seen.shifts.get(unit.number, {}).values()}
    days = {row["day"] for row in found.differences if row["kind"] == "organization_days"}
    return lists.BY_TOTALS if lacking <= days or found.unasked else lists.LOST


def _books_are_valid(town: Town) -> None:
    books = {kpp for (kpp,) in town.sql("select kpp from accounting.shift union select kpp from accounting.cash_order")}
    assert all(re.fullmatch("[0-9]{4}[0-9A-Z]{2}[0-9]{3}", kpp) for kpp in books - {""}), books


def _is_proved(town: Town, inn: str, product: str) -> bool:
    """Whether anything calls the days of an organisation complete."""
    if product == MARKET:
        return town.warehouse.rows("certify_market", inn=inn, first_day=FIRST, last_day=LAST) == []
    reconcile(town.context, inn, run_id="test", window=DAYS)
    return bool(certify(town.warehouse, inn, DAYS, made_by="test", now=datetime(2026, 5, 1, tzinfo=UTC))["is_complete"])


def _healed(harness: Harness, town: Town, units: list[Unit], *, prove: bool) -> Counter[str]:
    """The next load and reconciliation of undamaged lists: everything is whole, and what is left is named."""
    assert harness.run(town) == {}
    seen, truth = harness.see(town), harness.truth
    damaged = [unit for unit in units if unit.damage]
    for unit in units:
        assert lists.is_whole(unit, truth, seen), f"not mended: {unit}"
    assert seen.shifts.keys() == truth.shifts.keys()
    assert seen.rejected == {}
    unlisted = seen.units - truth.units
    counts = Counter({"then: whole": len(damaged)})
    counts["then: a number that no list has any more stays as a gap"] = len(unlisted)
    counts["then: booked in the cash book that the damaged list named"] = sum(
        {one[lists.KPP_OF_SHIFT - 1] for one in seen.shifts[unit.number].values()}
        != {one[lists.KPP_OF_SHIFT - 1] for one in truth.shifts[unit.number].values()}
        for unit in damaged
    )
    assert {(inn, unit) for inn, unit, *_ in seen.gaps} <= unlisted
    for inn in {unit.inn for unit in units}:
        numbers = {unit for organization, unit in unlisted if organization == inn}
        assert numbers or set(DAYS) <= seen.covered_days[inn]
        assert {unit for organization, unit, *_ in seen.gaps if organization == inn} == numbers
    for inn in {unit.inn for unit in damaged} if prove else ():
        assert _is_proved(town, inn, harness.product) == (inn not in {organization for organization, _ in unlisted})
    return counts
