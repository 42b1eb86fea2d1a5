"""The regions, once for all tests of this folder; a test that changes them takes a copy."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from demo.postgres import EmbeddedPostgres
from sandbox import SandboxServer
from smena.mandates.grants import grant
from smena.model.place import Place
from smena.warehouse.database import Warehouse
from tests.integration.cli.shop import FIRST, LAST
from tests.integration.cli.whole_town import SANDBOX, fill
from tests.integration.places.regions import OWN, USER, Regions, regions_of
from tests.town import Town


@pytest.fixture(scope="package")
def prepared(postgres: EmbeddedPostgres, migrated: str) -> Iterator[tuple[SandboxServer, str]]:
    name = f"regions_{secrets.token_hex(6)}"
    postgres.create_database(name, template=migrated)
    warehouse = Warehouse(postgres.dsn(name))
    with SandboxServer(SANDBOX) as sandbox:
        town = Town(sandbox, warehouse, FIRST)
        fill(town)
        with warehouse.transaction() as transaction:
            grant(transaction, [USER], [town.inn], place=Place(sales_point=OWN), by="test")
        warehouse.close()
        yield sandbox, name
    postgres.drop_database(name)


@pytest.fixture
def regions(postgres: EmbeddedPostgres, prepared: tuple[SandboxServer, str]) -> Iterator[Regions]:
    sandbox, template = prepared
    name = f"regions_{secrets.token_hex(6)}"
    postgres.create_database(name, template=template)
    town = Town(sandbox, Warehouse(postgres.dsn(name)), None)
    town.set_day(LAST)
    yield regions_of(town)
    town.warehouse.close()
    postgres.drop_database(name)
