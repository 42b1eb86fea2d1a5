"""A warehouse and a shop to run commands on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smena.warehouse.database import Warehouse
from tests.integration.cli.shop import MARCH, Shop, cli_of
from tests.town import Town
from tests.unit.cli.commands import Cli


@pytest.fixture
def cli(new_warehouse: Callable[[], Warehouse]) -> Cli:
    """The command line on a migrated warehouse in which nobody is registered."""
    return cli_of(new_warehouse().dsn)


@pytest.fixture
def shop(build_town: Callable[..., Town]) -> Shop:
    """A shop of three registers, registered and switched on, of which nothing is loaded yet."""
    return Shop(build_town(MARCH, start=MARCH.first_day))
