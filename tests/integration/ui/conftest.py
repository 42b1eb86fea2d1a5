"""A town of two organisations that is loaded, and people who see one of them, both, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from demo.postgres import EmbeddedPostgres
from smena.mandates.organizations import add_organization
from smena.runtime.context import Context
from smena.warehouse.database import Warehouse
from tests.integration.decisions.deciding import FIRST, WEEK, Office
from tests.integration.mandate_office import INN, OTHER
from tests.integration.ui.browser import Browser
from tests.town import Town

OpenBrowser = Callable[..., Browser]


@pytest.fixture
def town(copy_town: Callable[..., Town]) -> Town:
    return copy_town(_two_organizations, replace(WEEK, organizations=2), start=FIRST)


def _two_organizations(town: Town) -> None:
    for inn in town.inns:
        town.load(inn=inn)
    for name, inn in (("anna", town.inns[0]), ("boris", town.inns[1]), ("auditor", None), ("admin", None)):
        town.warehouse.run("page_user_grant", user_name=name, inn=inn, granted_by="test")


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


@pytest.fixture
def browser(town: Town) -> OpenBrowser:
    return lambda name, **rights: Browser(town.context, name, **rights)


@pytest.fixture(scope="session")
def unloaded_browser(postgres: EmbeddedPostgres, migrated: str) -> Iterator[OpenBrowser]:
    """Browsers on a warehouse with two organisations and nothing loaded; Anna sees one. Tests do not change it."""
    name = "unloaded_browser"
    postgres.create_database(name, template=migrated)
    warehouse = Warehouse(postgres.dsn(name))
    with warehouse.transaction() as transaction:
        for inn, title in ((INN, "ООО «Ромашка»"), (OTHER, "ООО «Янтарная пристань»")):
            add_organization(transaction, inn=inn, kpp="960101001", name=title, tariff="uchetny")
        transaction.run("page_user_grant", user_name="anna", inn=INN, granted_by="test")
        transaction.run("page_user_grant", user_name="auditor", inn=None, granted_by="test")
    context = Context(warehouse, endpoint=lambda _: pytest.fail("no page asks the operator by itself"))
    yield lambda who, **rights: Browser(context, who, **rights)
    warehouse.close()
    postgres.drop_database(name)
