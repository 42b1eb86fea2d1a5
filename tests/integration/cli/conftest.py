"""A warehouse and a shop to run commands on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from demo.postgres import EmbeddedPostgres
from sandbox import SandboxServer, SandboxSettings
from smena.warehouse.database import Warehouse
from tests.integration.cli.seen import Seen, load_shop_to_read
from tests.integration.cli.shop import FIRST, INN, KPP, MARCH, NAMES, Shop, cli_of
from tests.town import Town
from tests.unit.cli.commands import Cli


@pytest.fixture
def cli(new_warehouse: Callable[[], Warehouse]) -> Cli:
    """The command line on a migrated warehouse in which nobody is registered."""
    return cli_of(new_warehouse().dsn)


@pytest.fixture(scope="session")
def _session_warehouse(postgres: EmbeddedPostgres, migrated: str) -> Iterator[Callable[[], Warehouse]]:
    """Makes warehouses that last as long as the session."""
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
def unconfigured(_session_warehouse: Callable[[], Warehouse]) -> Cli:
    """The command line on a warehouse in which no organisation is ever registered: everything is refused."""
    return cli_of(_session_warehouse().dsn)


@pytest.fixture(scope="session")
def known(_session_warehouse: Callable[[], Warehouse]) -> Cli:
    """The same with one organisation that is not switched on. Tests do not change it."""
    cli = cli_of(_session_warehouse().dsn)
    assert cli.here("organization", "add", "--inn", INN, "--kpp", KPP, *NAMES).code == 0
    return cli


@pytest.fixture
def shop(build_town: Callable[..., Town]) -> Shop:
    """A shop of three registers, registered and switched on, of which nothing is loaded yet."""
    return Shop(build_town(MARCH, start=FIRST))


@pytest.fixture(scope="session")
def loaded(_session_warehouse: Callable[[], Warehouse]) -> Iterator[Shop]:
    """Such a shop, fully loaded, with payments in and out. Tests do not change it."""
    with SandboxServer(SandboxSettings(world=MARCH, now=datetime(2026, 2, 20, 12))) as sandbox:
        town = Town(sandbox, _session_warehouse(), FIRST)
        town.load()
        assert {order["kind"] for order in town.orders()} == {"pko", "rko"}
        yield Shop(town)


@pytest.fixture(scope="session")
def seen(_session_warehouse: Callable[[], Warehouse]) -> Iterator[Seen]:
    """A shop with every kind of problem, with its commands and pages. Tests do not change it."""
    with load_shop_to_read(_session_warehouse()) as one:
        yield one
