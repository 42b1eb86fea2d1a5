"""A third product is one implementation: it is planned, loaded, published and covered as Kontur's are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from importlib import metadata
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox import WorldSettings
from smena.loading.gate_expectations import validate_staged
from smena.loading.load import LoadResult, load
from smena.mandates.certificates import add_certificate
from smena.mandates.lifecycle import enable, prepare_mandate
from smena.mandates.organizations import add_organization
from smena.model import product as products
from smena.model.endpoint import Endpoint
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.window import OFD
from smena.planning.plan import preview
from smena.runtime.context import Context
from smena.transform.frames import SIGNS
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from tests.integration.conftest import BuildTown
from tests.town import Town, head_of
from tests.toy.operator import TOY
from tests.toy.service import toy_service

FIRST, LAST = date(2025, 12, 1), date(2026, 1, 5)
WORLD = replace(
    WorldSettings(first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=4).easy(),
    receipts_per_shift=8,
    correction_permille=0,
)
# Kontur's own numbers of things, and that the toy operator has no opening reports of its own.
ASIDE = ("source", "batch_id", "evidence")


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The toy operator as if its package were installed."""
    entry, installed = SimpleNamespace(load=lambda: TOY), metadata.entry_points

    def found(**wanted: Any) -> Any:
        return [entry] if wanted == {"group": products.ENTRY_POINTS} else installed(**wanted)

    monkeypatch.setattr(metadata, "entry_points", found)
    products.products.cache_clear()
    yield
    products.products.cache_clear()


@pytest.fixture
def kontur(build_town: BuildTown) -> Town:
    """The world as Kontur.OFD has it, loaded."""
    town = build_town(WORLD, start=FIRST)
    town.load()
    return town


class ToyTown(Town):
    """The same world, whose operator is the toy one."""

    def __init__(self, kontur: Town, warehouse: Warehouse, address: str) -> None:
        super().__init__(kontur.sandbox, warehouse, start=None)
        self.context = Context(
            warehouse, lambda name: Endpoint(name, address), now=kontur.sandbox.current_time, gate=validate_staged
        )
        (one,) = kontur.sandbox.world.organizations
        with warehouse.transaction() as transaction:
            add_organization(transaction, inn=one.inn, kpp=one.kpp, name=one.short_name, tariff="uchetny")
            add_certificate(transaction, inn=one.inn, file=head_of(one.inn).pem, source="manual", added_by="test")
            self.switch_on(transaction, TOY.name)

    def switch_on(self, transaction: Any, product: str) -> None:
        mandate = prepare_mandate(transaction, inn=self.inn, product=product, start_date=FIRST, made_by="test")
        signature = head_of(self.inn).sign(mandate["text"])
        enable(transaction, inn=self.inn, product=product, start_date=FIRST, changed_by="test", signature=signature)

    def load_toy(self) -> LoadResult:
        return load(self.context, self.inn, run_id="test", product=TOY.name)


@pytest.fixture
def toy(kontur: Town, new_warehouse: Any, _installed: None) -> Iterator[ToyTown]:
    warehouse = new_warehouse()
    migrate(warehouse.dsn)
    with toy_service(kontur.sandbox) as address:
        yield ToyTown(kontur, warehouse, address)


def test_the_books_of_a_third_product_are_those_of_the_same_world_by_kontur(kontur: Town, toy: ToyTown) -> None:
    loaded = toy.load_toy()
    assert loaded.fault is None and loaded.published.error == ""
    # Its z-reports say nothing of the register's health, so nothing is known of it.
    # A toy operator names no point of sale.
    aside = {*SIGNS, "sales_point"}
    assert toy.books(but=aside) == kontur.books(but=aside)
    assert {shift[sign] for shift in toy.shifts() for sign in SIGNS} == {None}
    assert len(toy.orders()) > 100


def test_its_days_are_covered_and_the_next_load_of_the_same_days_changes_nothing(kontur: Town, toy: ToyTown) -> None:
    toy.load_toy()
    assert {unit for unit, _ in toy.covered()} == {unit for unit, _ in kontur.covered()}
    assert all(toy.open_days(toy.register(place)) == kontur.open_days(toy.register(place)) for place in range(4))
    before = toy.shifts(), toy.orders()
    toy.set_day(LAST + timedelta(days=40))
    toy.load_toy()
    assert (toy.shifts(), toy.orders()) == before


def test_it_is_planned_by_its_own_windows_and_shards(toy: ToyTown) -> None:
    planned = preview(toy.context, toy.inn, TOY.name)
    assert max(one.window.days for one in planned.asked) == TOY.window_days["totals"]
    assert planned.requests == len(planned.asked)
    assert len(toy.load_toy().plan.shards_to_load) == 2


def test_it_needs_a_signed_mandate_as_every_operator_does(toy: ToyTown) -> None:
    assert toy.sql("select count(mandate_id) from control.integration where product = 'toy'") == [(1,)]
    with pytest.raises(BrokenPromise, match="without a new signature"):
        toy.sql("update control.integration set start_date = start_date - 1 where product = 'toy'")


def test_an_organisation_has_one_operator_at_a_time(toy: ToyTown) -> None:
    with pytest.raises(WrongUse, match="toy of"), toy.warehouse.transaction() as transaction:
        toy.switch_on(transaction, OFD)


@pytest.mark.usefixtures("_installed")
def test_a_product_that_is_not_installed_is_named_with_those_that_are() -> None:
    with pytest.raises(WrongUse, match=r"no product another.*ofd, market, toy"):
        products.product_of("another")
