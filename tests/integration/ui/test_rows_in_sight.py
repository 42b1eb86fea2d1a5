"""Row-level security, without any page: what a connection of an accountant can see, whatever he asks."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from demo.postgres import EmbeddedPostgres
from smena.loading.load import load
from smena.mandates.organizations import add_organization
from smena.model.errors import WrongUse
from smena.model.window import Window
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate
from tests.integration.decisions.deciding import FIRST, LAST
from tests.integration.mandate_office import INN, OTHER
from tests.integration.ui.browser import Browser
from tests.town import QuickContext, Town

TABLES = """
    select pg_class.oid::regclass::text from pg_class
    where relnamespace in ('accounting'::regnamespace, 'control'::regnamespace, 'mart'::regnamespace) and relkind = %s
    order by 1"""


class Login:
    """A login of its own in the database."""

    def __init__(self, town: Town, role: str) -> None:
        self.name, self._password = f"{role}_{secrets.token_hex(4)}", secrets.token_hex(8)
        self._town = town
        town.sql(f"create role {self.name} login password '{self._password}' in role {role} inherit")
        self.dsn = make_dsn(town.warehouse.dsn, user=self.name, password=self._password)

    def ask(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.dsn)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def drop(self) -> None:
        self._town.sql(f"drop role {self.name}")


@pytest.fixture
def accountant(town: Town) -> Iterator[Login]:
    """Who sees the first organisation alone."""
    login = Login(town, "smena_accountant")
    town.warehouse.run("page_user_grant", user_name=login.name, inn=town.inns[0], granted_by="test")
    yield login
    login.drop()


@pytest.fixture
def loader(town: Town) -> Iterator[Login]:
    login = Login(town, "smena_loader")
    yield login
    login.drop()


def named(town: Town, kind: str) -> list[str]:
    return [name for (name,) in town.sql(TABLES, kind)]


def test_every_table_is_under_row_level_security_and_every_view_asks_as_its_reader(town: Town) -> None:
    """A new table needs `select control.protect('schema.table')` in its migration; a view `security_invoker`."""
    open_ones = town.sql(
        "select pg_class.oid::regclass::text from pg_class where relkind = 'r' and not relrowsecurity"
        " and relnamespace in ('accounting'::regnamespace, 'control'::regnamespace, 'raw'::regnamespace)"
    )
    assert sorted(open_ones) == [("control.alert_route",), ("control.page_user",)]
    careless = town.sql(
        "select pg_class.oid::regclass::text from pg_class where relkind in ('v', 'm')"
        " and relnamespace in ('accounting'::regnamespace, 'control'::regnamespace, 'mart'::regnamespace)"
        " and not coalesce('security_invoker=true' = any(reloptions), false)"
    )
    assert careless == []


def test_no_table_and_no_view_shows_an_accountant_another_organisation(town: Town, accountant: Login) -> None:
    own, other = town.inns
    seen_own, refused = set(), set()
    for name in [*named(town, "r"), *named(town, "v")]:
        try:
            rows = accountant.ask(f"select {name.split('.')[1]}::text from {name}")  # noqa: S608 - names of ours
        except psycopg2.errors.InsufficientPrivilege:
            refused.add(name)
            continue
        text = "\n".join(row for (row,) in rows)
        assert other not in text, name
        if own in text:
            seen_own.add(name)
    assert refused == {"control.page_user", "control.alert_route", "control.mandate_signature"}
    assert {"accounting.shift", "accounting.cash_order", "accounting.document", "control.batch"} <= seen_own
    for name in ("control.shard", "control.assignment", "control.check_result"):
        (seen,), (all_of_them,) = (
            accountant.ask(f"select count(*) from {name}"),  # noqa: S608 - names of ours
            town.sql(f"select count(*) from {name}"),  # noqa: S608
        )
        assert 0 < seen[0] < all_of_them[0]


@pytest.mark.parametrize(
    "trick",
    [
        "set smena.organizations = '*'",
        "set smena.organizations = '{other}'",
        "set role smena_accountant",
        "set row_security = off",
    ],
)
def test_what_an_accountant_sets_in_the_session_changes_nothing(town: Town, accountant: Login, trick: str) -> None:
    own, other = town.inns
    with closing(psycopg2.connect(accountant.dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(trick.format(other=other))
        try:
            cursor.execute("select distinct organization_inn from accounting.shift")
            seen = {inn for (inn,) in cursor.fetchall()}
        except psycopg2.errors.InsufficientPrivilege:
            seen = set()  # the answer of `row_security = off`: an error instead of fewer rows
    assert seen <= {own}


@pytest.mark.few_cases(3)
@pytest.mark.parametrize(
    "statement",
    [
        "set role smena_loader",
        "set role smena_owner",
        "update accounting.cash_order set status = 'accepted'",
        "insert into control.page_user values (current_user, null, 'me')",
        "delete from accounting.shift",
        "select body from raw.page",
        "select * from stage.shift",
        "alter table accounting.shift disable row level security",
        "create table accounting.mine (x int)",
        "truncate control.gap",
    ],
)
def test_an_accountant_only_reads(accountant: Login, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        accountant.ask(statement)


def test_an_auditor_sees_every_organisation_he_was_given_and_writes_nothing(town: Town) -> None:
    auditor = Login(town, "smena_auditor")
    try:
        assert auditor.ask("select count(*) from accounting.shift") == [(0,)]
        town.warehouse.run("page_user_grant", user_name=auditor.name, inn=None, granted_by="test")
        assert {inn for (inn,) in auditor.ask("select distinct organization_inn from accounting.shift")} == set(
            town.inns
        )
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            auditor.ask("update accounting.cash_order set status = 'accepted'")
    finally:
        auditor.drop()


def test_a_loader_has_the_rights_to_load_and_no_more(town: Town, loader: Login) -> None:
    before = town.books()
    context = QuickContext(Warehouse(loader.dsn), town.endpoint, now=town.sandbox.current_time)
    loaded = load(context, town.inn, run_id="as the loader", window=Window(FIRST, LAST))
    context.warehouse.close()
    assert loaded.fault is None
    assert town.books() == before
    for statement in ("drop table control.gap", "truncate accounting.shift", "delete from control.decision",
                      "insert into control.page_user values ('me', null, 'me')"):  # fmt: skip
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            loader.ask(statement)


def test_the_pages_of_a_loader_show_what_their_user_may_see(town: Town, loader: Login) -> None:
    warehouse = Warehouse(loader.dsn)
    page = Browser(QuickContext(warehouse, town.endpoint), "anna").page("/integrations")
    warehouse.close()
    assert town.inns[0] in page
    assert town.inns[1] not in page


def test_roles_that_are_there_already_are_taken_as_they_are(town: Town) -> None:
    """Roles are of the server: every warehouse of these tests was migrated beside others."""
    roles = town.sql(
        "select rolname, rolcanlogin, rolsuper from pg_roles where starts_with(rolname, 'smena_') and not rolcanlogin"
    )
    assert sorted(roles) == [(f"smena_{name}", False, False) for name in ("accountant", "auditor", "loader", "owner")]


ROLES = "smena_owner, smena_loader, smena_accountant, smena_auditor"


@pytest.fixture
def owner(postgres: EmbeddedPostgres) -> Iterator[tuple[str, Any]]:
    """The owner of an empty database who is no superuser: its address, and a way to ask as the administrator."""
    name, password = f"owner_{secrets.token_hex(4)}", secrets.token_hex(8)
    postgres.create_database(name)

    def administer(statement: str) -> None:
        with closing(psycopg2.connect(postgres.dsn(name))) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement)

    administer(f"create role {name} login createrole password '{password}'")
    administer(f"alter database {name} owner to {name}")
    place = postgres.dsn(name).partition("@")[2]
    yield f"postgresql://{name}:{password}@{place}", administer
    postgres.drop_database(name)
    with closing(psycopg2.connect(postgres.dsn("postgres"))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(f"drop role {name}")


def test_an_owner_who_is_no_superuser_reads_what_lacks_and_then_migrates(town: Town, owner: tuple[str, Any]) -> None:
    """The roles are there already here, made by another: that is the harder way."""
    dsn, administer = owner
    with pytest.raises(WrongUse, match="an administrator of the server runs once: grant smena_owner to owner_"):
        migrate(dsn)
    administer(f"grant {ROLES} to {urlsplit(dsn).username}")
    migrate(dsn)
    warehouse = Warehouse(dsn)
    with warehouse.transaction() as transaction:
        for inn in (INN, OTHER):
            add_organization(transaction, inn=inn, kpp="960101001", name=inn, tariff="uchetny")
        transaction.run("page_user_grant", user_name="anna", inn=INN, granted_by="test")
    page = Browser(QuickContext(warehouse, town.endpoint), "anna").page("/integrations")
    warehouse.close()
    assert INN in page
    assert OTHER not in page
