"""The same schema and the same load on every PostgreSQL that the warehouse is promised on, by a login without power."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest

from demo.postgres import EmbeddedPostgres
from sandbox import MarketSettings, SandboxServer, SandboxSettings
from smena.model.errors import WrongUse
from smena.model.window import MARKET, OFD
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate, newest_revision
from tests.integration.two_sources import compare_with_truth
from tests.integration.warehouse.schema import schema_of
from tests.integration.warehouse.sessions import look
from tests.quick_server import quick_server
from tests.servers import PROGRAMS
from tests.town import EASY, FIRST, Town

LAST = date(2025, 12, 7)
# Corrections are not known to tills: a shift with one differs, and waits for a person.
WEEK = replace(EASY, last_day=LAST, correction_permille=0)


@pytest.fixture(scope="module", params=[16, 17, 18])
def server(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    """A fresh server of a major version: the roles of the warehouse are not there yet."""
    programs = PROGRAMS.get(request.param)
    if programs is not None and not (programs / "postgres").exists():
        pytest.skip(f"PostgreSQL {request.param} is not here: `make servers` gets it")
    with quick_server(programs) as one:
        ((version,),) = look(one.dsn("postgres"), "show server_version_num")
        assert int(version) // 10_000 == request.param
        yield one


def address_of(server: EmbeddedPostgres, attributes: str = "") -> str:
    """The address of a login, no superuser, and of the empty database that it owns."""
    name, password = f"owner_{secrets.token_hex(4)}", secrets.token_hex(8)
    server.create_database(name)
    look(server.dsn("postgres"), f"create role {name} login {attributes} password '{password}'")
    look(server.dsn("postgres"), f"alter database {name} owner to {name}")
    return f"postgresql://{name}:{password}@{server.dsn(name).partition('@')[2]}"


def test_a_login_that_may_make_no_roles_runs_the_statement_it_is_given_and_migrates(server: EmbeddedPostgres) -> None:
    dsn = address_of(server)
    with pytest.raises(WrongUse, match="may not make the roles of the warehouse") as refusal:
        migrate(dsn)
    statements = str(refusal.value).partition("runs once: ")[2].partition(" — ")[0]
    assert statements.count("create role") == 4
    look(server.dsn("postgres"), statements)
    assert migrate(dsn) == (None, newest_revision())
    for role in ("smena_owner", "smena_loader", "smena_auditor", "smena_accountant"):
        look(server.dsn(dsn.rpartition("/")[2]), f"drop owned by {role}; drop role {role}")


def test_both_products_are_loaded_by_a_loader_who_owns_nothing(server: EmbeddedPostgres) -> None:
    """Roles are made by a login with CREATEROLE; the load runs as a member of `smena_loader`."""
    owner = address_of(server, "createrole")
    assert migrate(owner) == (None, newest_revision())
    database = owner.rpartition("/")[2]
    assert {row[0] for row in schema_of(server.dsn(database))["schemas"]} == {
        "raw", "stage", "accounting", "control", "mart",
    }  # fmt: skip
    loader, password = f"loader_{secrets.token_hex(4)}", secrets.token_hex(8)
    look(server.dsn("postgres"), f"create role {loader} login password '{password}' in role smena_loader")
    warehouse = Warehouse(f"postgresql://{loader}:{password}@{server.dsn(database).partition('@')[2]}")
    with SandboxServer(
        SandboxSettings(world=WEEK, now=datetime(2026, 2, 20, 12), market=MarketSettings().easy())
    ) as sandbox:
        town = Town(sandbox, warehouse, FIRST)
        town.enable_market(FIRST)
        for product in (OFD, MARKET):
            town.load(FIRST, LAST, product=product)
        truth = compare_with_truth(town)
        assert (truth.doubled, truth.lost, truth.wrong, truth.waiting) == ([], [], [], [])
        assert truth.booked > 10
        assert look(server.dsn(database), "select count(*) from pg_stats where schemaname = 'stage'") != [(0,)]
        # What was loaded is loaded again, and nothing changes.
        before = town.books()
        town.load(FIRST, LAST)
        assert town.books() == before
    warehouse.close()
