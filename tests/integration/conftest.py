"""A migrated warehouse for each test, and towns to load into it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest

from demo.postgres import EmbeddedPostgres
from sandbox import SandboxServer, SandboxSettings, WorldSettings
from smena.mandates.organizations import add_organization
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from tests.integration.mandate_office import INN, OTHER, Office
from tests.integration.stored_reasons import check_reasons
from tests.town import FIRST, SMALL, Town
from tests.unit.mandates.heads import HeadOf, make_head

BuildTown = Callable[..., Town]
CopyTown = Callable[..., Town]


@pytest.fixture(scope="session")
def migrated(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated database to make copies of."""
    postgres.create_database("migrated")
    migrate(postgres.dsn("migrated"))
    return "migrated"


@pytest.fixture
def new_warehouse(postgres: EmbeddedPostgres, migrated: str) -> Iterator[Callable[..., Warehouse]]:
    """Makes fresh warehouses; they are dropped after the test."""
    made: list[tuple[str, Warehouse]] = []

    def make(template: str = migrated) -> Warehouse:
        name = f"test_{secrets.token_hex(6)}"
        postgres.create_database(name, template=template)
        made.append((name, Warehouse(postgres.dsn(name))))
        return made[-1][1]

    yield make
    for name, warehouse in made:
        warehouse.close()
        postgres.drop_database(name)


@pytest.fixture
def warehouse(new_warehouse: Callable[[], Warehouse]) -> Warehouse:
    return new_warehouse()


@pytest.fixture
def build_town(new_warehouse: Callable[..., Warehouse]) -> Iterator[BuildTown]:
    """Builds towns: `world`, the first day of the integration, settings of the organisation, options of the sandbox."""
    towns: list[Town] = []
    with ExitStack() as stack:

        def build(
            world: WorldSettings = SMALL,
            *,
            start: date = FIRST,
            now: datetime | None = datetime(2026, 2, 20, 12),
            behaviour: dict[str, Any] | None = None,
            beside: Town | None = None,
            template: str = "",
            **settings: str,
        ) -> Town:
            if beside is not None:
                sandbox = beside.sandbox
            else:
                reported = SandboxSettings(world=world, now=now)
                sandbox = stack.enter_context(SandboxServer(replace(reported, **(behaviour or {}))))
            town = (
                Town(sandbox, new_warehouse(template), None)
                if template
                else Town(sandbox, new_warehouse(), start, **settings)
            )
            towns.append(town)
            return town

        yield build
    for town in towns:
        check_reasons(town.warehouse)


@pytest.fixture(scope="session")
def _prepared() -> dict[str, str]:
    """Databases by what was done in them."""
    return {}


@pytest.fixture
def copy_town(postgres: EmbeddedPostgres, build_town: BuildTown, _prepared: dict[str, str]) -> CopyTown:
    """Towns as `prepare` leaves them: it runs once per process and world; then the database is copied."""

    def copy(prepare: Callable[[Town], object], world: WorldSettings, **how: Any) -> Town:
        key = f"{prepare.__module__}.{prepare.__qualname__} {world}"
        if key not in _prepared:
            first = build_town(world, **how)
            prepare(first)
            first.warehouse.close()
            name = f"prepared_{secrets.token_hex(6)}"
            postgres.create_database(name, template=first.warehouse.dsn.rpartition("/")[2])
            _prepared[key] = name
        return build_town(world, **how, template=_prepared[key])

    return copy


@pytest.fixture(scope="session")
def openssl_head_of(tmp_path_factory: pytest.TempPathFactory) -> HeadOf:
    """The head with a key of this kind, made by OpenSSL."""
    return cache(lambda kind: make_head(tmp_path_factory.mktemp(kind), kind))


@pytest.fixture
def new_office(warehouse: Warehouse) -> Office:
    """An organisation that has registered no certificate yet."""
    with warehouse.transaction() as transaction:
        for inn in (INN, OTHER):
            add_organization(transaction, inn=inn, kpp="960101001", name="ООО «Ромашка»", tariff="uchetny")
    return Office(warehouse)


@pytest.fixture
def office(new_office: Office) -> Office:
    """An organisation whose head's certificate is registered."""
    new_office.register()
    return new_office
