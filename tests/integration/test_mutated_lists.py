"""Damaged lists of organisations, registers and shops: nothing is lost in silence, and no neighbour is stopped.

Every form goes over HTTP into a warehouse as the daily DAG loads it. Then the list is undamaged again: the next load
and reconciliation must leave the books of an undamaged town. Only the numbers of orders may differ: they are given in
the order of arrival.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from demo.postgres import EmbeddedPostgres
from sandbox import MarketSettings, OrganizationSpec, WorldSettings
from smena.integration.organizations import organization_of
from smena.model.errors import BadBatch, PassingFault, SmenaError
from smena.model.window import MARKET, OFD, Window
from smena.pipeline.proof.certificate import certify
from smena.pipeline.proof.reconcile import reconcile
from smena.pipeline.run import RunPlan, load_lot, plan_run, publish_batches, report_run
from smena.warehouse import ledger
from smena.warehouse.database import Warehouse
from tests.integration.conftest import BuildTown
from tests.mutation import lists
from tests.mutation.damage import as_json
from tests.mutation.lists import Seen, Unit
from tests.town import Town

FIRST, LAST = date(2026, 2, 2), date(2026, 2, 3)
DAYS = Window(FIRST, LAST)
NEXT_MORNING = datetime(2026, 2, 4, 6)
LONG_AFTER = datetime(2026, 3, 25, 6)
"""More than 31 days after the last document: a register may be called silent."""

PLAIN = WorldSettings(first_day=FIRST, last_day=LAST, receipts_per_shift=2).easy()
TWO = replace(PLAIN, organizations=(OrganizationSpec(registers=80), OrganizationSpec(registers=2)), every_own_kpp=3)
FEW = replace(PLAIN, organizations=3, registers_per_organization=2)
SHOPS = replace(PLAIN, organizations=tuple(OrganizationSpec(registers=count) for count in (2, 4, 40)))
LARGE = replace(TWO, organizations=(OrganizationSpec(registers=250), OrganizationSpec(registers=3)))
"""`TWO` of the slow test."""

REGIMES = ("registers not seen before", "a day loaded before", "a day loaded before, long ago")


PROVED_ROUNDS = 4
"""In one of so many rounds the certificate is made, too, once the lists are undamaged again."""

NUMBER = {OFD: "regNumber", MARKET: "id"}
QUICK = {
    "registers, fields": 3,
    "registers, records and bytes": 2,
    "organisations, fields": 2,
    "organisations, records and bytes": 3,
    "shops, fields": 3,
    "shops, records and bytes": 3,
}
"""Rounds of the ordinary tests."""

MANY_ROUNDS = {
    "registers, fields": 26,
    "registers, records and bytes": 60,
    "organisations, fields": 60,
    "organisations, records and bytes": 60,
    "shops, fields": 45,
    "shops, records and bytes": 45,
}
"""Rounds of the slow test: at least 5,000 forms."""


class Harness:
    """One sandbox; a warehouse for each round, copied from one that is prepared; and what an undamaged load gives."""

    def __init__(self, build_town: BuildTown, postgres: EmbeddedPostgres, world: WorldSettings, product: str) -> None:
        self.postgres, self.product = postgres, product
        manners = {"market": MarketSettings().easy()} if product == MARKET else {}
        first = build_town(world, start=FIRST, now=NEXT_MORNING, manners=manners)
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
            made = plan_run(town.road, run_id="test", product=self.product)
        except PassingFault as error:
            return dict.fromkeys(town.inns, str(error))
        for lot in made["lots"]:
            try:
                load_lot(town.road, lot)
            except SmenaError:
                continue
        publish_batches(town.road, made["batches"])
        failed = dict(made["failed"])
        for batch_id in made["batches"]:
            batch = ledger.batch_of(town.warehouse, batch_id)
            if batch.state != "published":
                failed[batch.organization_inn] = str(batch.summary.get("stopped", ""))
        named = _report(town, made)
        assert all(inn in named and why in named for inn, why in failed.items())
        return failed

    def see(self, town: Town, failed: dict[str, str] | None = None) -> Seen:
        return lists.see(town.warehouse, self.product, town.road.now(), failed)

    def _fetched(self, town: Town) -> dict[str, Any]:
        """The true lists by path: as anybody would ask for them."""
        organization = organization_of(town.warehouse, town.inn)
        if self.product == MARKET:
            market = town.road.market(organization)
            page = next(iter(market.organizations()))
            market.close()
            return {"": json.loads(page.body)}
        client = town.road.ofd(organization)
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
        report_run(town.road, made)
    except BadBatch as error:
        return str(error)
    return ""


def _text(body: bytes) -> str:
    return base64.b64encode(body).decode()


Lists = dict[str, bytes]
"""Answers that are damaged: by the ИНН of the organisation whose registers they list, or "" of the organisations."""


def judge(harness: Harness, regime: str, bodies: Lists, units: list[Unit], *, alone: bool, prove: bool) -> Counter[str]:
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
    found = reconcile(town.road, unit.inn, run_id="test", window=DAYS, is_full=False)
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
    reconcile(town.road, inn, run_id="test", window=DAYS)
    return bool(certify(town.warehouse, inn, DAYS, made_by="test", now=datetime(2026, 5, 1, tzinfo=UTC))["is_complete"])


def _healed(harness: Harness, town: Town, units: list[Unit], *, prove: bool) -> Counter[str]:
    """The next load and reconciliation of undamaged lists: everything is whole, and what remains has a name."""
    assert harness.run(town) == {}
    seen, truth = harness.see(town), harness.truth
    damaged = [unit for unit in units if unit.damage]
    for unit in units:
        assert lists.is_whole(unit, truth, seen), f"not mended: {unit}"
    assert seen.shifts.keys() == truth.shifts.keys()
    assert seen.rejected == {}
    strange = seen.units - truth.units
    counts = Counter({"then: whole": len(damaged)})
    counts["then: a number that no list has any more stays as a gap"] = len(strange)
    counts["then: booked in the cash book that the damaged list named"] = sum(
        {one[lists.KPP_OF_SHIFT - 1] for one in seen.shifts[unit.number].values()}
        != {one[lists.KPP_OF_SHIFT - 1] for one in truth.shifts[unit.number].values()}
        for unit in damaged
    )
    assert {(inn, unit) for inn, unit, *_ in seen.gaps} <= strange
    for inn in {unit.inn for unit in units}:
        numbers = {unit for organization, unit in strange if organization == inn}
        assert numbers or set(DAYS) <= seen.covered_days[inn]
        assert {unit for organization, unit, *_ in seen.gaps if organization == inn} == numbers
    for inn in {unit.inn for unit in damaged} if prove else ():
        assert _is_proved(town, inn, harness.product) == (inn not in {organization for organization, _ in strange})
    return counts


# --- rounds


def registers_bent(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    """Many registers of one organisation, each by one form; a second organisation is beside it."""
    first, *others = town_inns(harness)
    units = lists.bent_entries(first, "regNumber", _with_permissions(harness.fetched[first], rng), rng, share=0.7)
    healthy = [Unit(inn, one["regNumber"]) for inn in others for one in harness.fetched[inn]]
    return {first: as_json([unit.entry for unit in units])}, units + healthy, False


def registers_broken(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    """The list of most organisations, its records or its bytes."""
    bodies, units = {}, []
    for place, inn in enumerate(town_inns(harness)):
        kind = where = ""
        if place:
            bodies[inn], kind, where = lists.broken_list(_with_permissions(harness.fetched[inn], rng), rng)
        units += [Unit(inn, one["regNumber"], kind, where) for one in harness.fetched[inn]]
    return bodies, units, True


def organizations_bent(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    """Entries of the list of organisations, each by one form."""
    entries = [lists.bent_entries(one["inn"], "id", [one], rng, 0.6)[0] for one in harness.fetched[""]]
    units = [
        Unit(one.inn, register["regNumber"], one.damage, one.where, one.entry)
        for one in entries
        for register in harness.fetched[one.inn]
    ]
    return {"": as_json([one.entry for one in entries])}, units, False


def organizations_broken(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    body, kind, where = lists.broken_list(harness.fetched[""], rng)
    units = [Unit(inn, one["regNumber"], kind, where) for inn in town_inns(harness) for one in harness.fetched[inn]]
    return {"": body}, units, True


def shops_bent(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    """Shops of most organisations of Market, each by one form; or the entry of an organisation itself."""
    items = deepcopy(harness.fetched[""]["items"])
    units = []
    for place, one in enumerate(items):
        inn, shops = one["inn"], one["shops"]
        if place == 1:
            (told,) = lists.bent_entries(inn, "id", [one], rng, 1)
            units += [Unit(inn, shop["id"], told.damage, told.where, told.entry) for shop in shops]
            items[place] = told.entry
            continue
        told = lists.bent_entries(inn, "id", shops, rng, 0.7 if place else 0)
        one["shops"] = [unit.entry for unit in told]
        units += told
    return {"": as_json({"items": items})}, units, False


def shops_broken(harness: Harness, rng: Random) -> tuple[Lists, list[Unit], bool]:
    body, kind, where = lists.broken_list(harness.fetched[""], rng)
    items = harness.fetched[""]["items"]
    return {"": body}, [Unit(one["inn"], shop["id"], kind, where) for one in items for shop in one["shops"]], True


def town_inns(harness: Harness) -> list[str]:
    return [one.inn for one in harness.sandbox.world.organizations]


def _with_permissions(entries: list[Any], rng: Random) -> list[Any]:
    """The same entries; a part of them names the permission that the operator means where it names none."""
    wide = {"permissionFrom": "2020-01-01T00:00:00", "permissionTo": "2030-01-01T00:00:00"}
    return [one | wide if rng.random() < 0.4 else one for one in entries]


Round = Callable[[Harness, Random], tuple[Lists, list[Unit], bool]]
KINDS: dict[str, tuple[WorldSettings, str, Round]] = {
    "registers, fields": (TWO, OFD, registers_bent),
    "registers, records and bytes": (FEW, OFD, registers_broken),
    "organisations, fields": (FEW, OFD, organizations_bent),
    "organisations, records and bytes": (FEW, OFD, organizations_broken),
    "shops, fields": (SHOPS, MARKET, shops_bent),
    "shops, records and bytes": (SHOPS, MARKET, shops_broken),
}


def damage_lists(harness: Harness, kind: str, rounds: int, first: int = 0) -> int:
    """Judges this many rounds of a kind, prints the classes, and gives the number of damaged forms."""
    counts: Counter[str] = Counter()
    forms = 0
    for place in range(first, first + rounds):
        rng = Random(f"{kind} {place}")  # noqa: S311 - the same damage each time
        bodies, units, alone = KINDS[kind][2](harness, rng)
        forms += len(bodies) if alone else len({id(unit.entry) for unit in units if unit.damage})
        counts += judge(harness, REGIMES[place % 3], bodies, units, alone=alone, prove=place % PROVED_ROUNDS == 0)
    print(f"\n{kind}: {forms} forms", *(f"{count:7} {name}" for name, count in sorted(counts.items())), sep="\n")
    return forms


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_lists_lose_nothing_in_silence(build_town: BuildTown, postgres: EmbeddedPostgres, kind: str) -> None:
    world, product, _ = KINDS[kind]
    assert damage_lists(Harness(build_town, postgres, world, product), kind, QUICK[kind]) >= QUICK[kind]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_five_thousand_damaged_lists_lose_nothing_in_silence(build_town: BuildTown, postgres: EmbeddedPostgres) -> None:
    total = 0
    for kind, rounds in MANY_ROUNDS.items():
        world, product, _ = KINDS[kind]
        world = LARGE if world is TWO else world
        total += damage_lists(Harness(build_town, postgres, world, product), kind, rounds)
    assert total >= 5000
