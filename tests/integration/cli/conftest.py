"""A warehouse and a shop to run commands on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from demo.postgres import EmbeddedPostgres
from sandbox import SandboxServer, SandboxSettings
from smena.warehouse.database import Warehouse
from tests.integration.cli.seen import Seen, looked_at
from tests.integration.cli.shop import FIRST, INN, KPP, MARCH, NAMES, Shop, cli_of
from tests.town import Town
from tests.unit.cli.commands import Cli


@pytest.fixture
def cli(new_warehouse: Callable[[], Warehouse]) -> Cli:
    """The command line on a migrated warehouse in which nobody is registered."""
    return cli_of(new_warehouse().dsn)


@pytest.fixture(scope="session")
def _standing(postgres: EmbeddedPostgres, migrated: str) -> Iterator[Callable[[], Warehouse]]:
    """Makes warehouses that stand as long as the session."""
    made: list[tuple[str, Warehouse]] = []

    def make() -> Warehouse:
        name = f"standing_{secrets.token_hex(6)}"
        postgres.create_database(name, template=migrated)
        made.append((name, Warehouse(postgres.dsn(name))))
        return made[-1][1]

    yield make
    for name, warehouse in made:
        warehouse.close()
        postgres.drop_database(name)


@pytest.fixture(scope="session")
def unconfigured(_standing: Callable[[], Warehouse]) -> Cli:
    """The command line on a warehouse in which nobody is registered, nor ever will be: everything is refused."""
    return cli_of(_standing().dsn)


@pytest.fixture(scope="session")
def known(_standing: Callable[[], Warehouse]) -> Cli:
    """The same with one organisation, not switched on: to be refused things, not to be changed."""
    cli = cli_of(_standing().dsn)
    assert cli.here("organization", "add", "--inn", INN, "--kpp", KPP, *NAMES).code == 0
    return cli


@pytest.fixture
def shop(build_town: Callable[..., Town]) -> Shop:
    """A shop of three registers, registered and switched on, of which nothing is loaded yet."""
    return Shop(build_town(MARCH, start=FIRST))


@pytest.fixture(scope="session")
def loaded(_standing: Callable[[], Warehouse]) -> Iterator[Shop]:
    """Such a shop, whole in accounting, with payments in and out: to look at, not to be changed."""
    with SandboxServer(SandboxSettings(world=MARCH, now=datetime(2026, 2, 20, 12))) as sandbox:
        town = Town(sandbox, _standing(), FIRST)
        town.load()
        assert {order["kind"] for order in town.orders()} == {"pko", "rko"}
        yield Shop(town)


@pytest.fixture(scope="session")
def seen(_standing: Callable[[], Warehouse]) -> Iterator[Seen]:
    """A shop with every kind of problem, with its commands and pages. Tests do not change it."""
    with looked_at(_standing()) as one:
        yield one
