"""A warehouse of the former version numbers ПКО and РКО in one series: it is refused, and nothing in it is changed."""

from __future__ import annotations

from collections.abc import Callable

import psycopg2
import pytest

from smena.warehouse.migrating import migrate, newest_revision
from tests.integration.cli.shop import cli_of
from tests.integration.warehouse.schema import schema_of, step
from tests.integration.warehouse.sessions import look
from tests.town import EASY, FIRST, Town

SENTENCE = "this warehouse numbers ПКО and РКО in one series — make a new database for this release, and load into it"
BEFORE = "0019"
A_TABLE_OF_THE_FORMER_VERSION = "create table raw.told_again (page_id bigint primary key)"


def make_former(dsn: str, revision: str = BEFORE) -> None:
    """Takes back what tells a warehouse with two series from one of an earlier revision."""
    look(dsn, "alter table accounting.cash_order drop constraint one_number_of_a_series")
    look(dsn, "update schema_version set version_num = %s", revision)


@pytest.fixture
def former(build_town: Callable[..., Town]) -> Town:
    town = build_town(EASY)
    town.load(FIRST)
    assert town.orders()
    town.warehouse.close()
    make_former(town.warehouse.dsn)
    return town


COMMANDS = {
    "migrate": ("migrate",),
    "plan": ("plan", "--inn", "{inn}"),
    "load": ("load", "--inn", "{inn}", "--product", "ofd", "--from", str(FIRST), "--to", str(FIRST)),
    "documents": ("documents", "--inn", "{inn}"),
    "shifts": ("shifts", "--inn", "{inn}"),
    "alerts": ("alerts",),
    "integration status": ("integration", "status"),
    "conflicts": ("conflicts",),
    "certify": ("certify", "--inn", "{inn}", "--from", str(FIRST), "--to", str(FIRST), "--out", "c.json"),
    "accept": ("accept", "--inn", "{inn}", "--from", str(FIRST), "--to", str(FIRST)),
    "reconcile": ("reconcile", "--inn", "{inn}", "--from", str(FIRST), "--to", str(FIRST)),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_it_in_one_sentence_and_changes_nothing(former: Town, name: str) -> None:
    dsn = former.warehouse.dsn
    before = schema_of(dsn), look(dsn, "select md5(string_agg(o::text, '' order by o)) from accounting.cash_order o")
    done = cli_of(dsn).here(*(word.format(inn=former.inn) for word in COMMANDS[name]), "--json")
    assert (done.code, done.error) == (2, SENTENCE)
    assert before == (
        schema_of(dsn), look(dsn, "select md5(string_agg(o::text, '' order by o)) from accounting.cash_order o")
    )  # fmt: skip
    assert look(dsn, "select version_num from schema_version") == [(BEFORE,)]


@pytest.mark.parametrize("revision", ["0002", "0008", BEFORE])
def test_an_older_warehouse_without_orders_is_migrated(empty_database: str, revision: str) -> None:
    migrate(empty_database, revision)
    done = cli_of(empty_database).here("migrate", "--json")
    assert (done.code, done.data) == (0, {"before": revision, "after": newest_revision()})
    assert cli_of(empty_database).here("integration", "status").code == 0


def test_the_last_revision_of_the_former_version_is_refused_even_without_orders(empty_database: str) -> None:
    """Its number, 0020, may be that of another revision in this release."""
    migrate(empty_database, BEFORE)
    look(empty_database, A_TABLE_OF_THE_FORMER_VERSION)
    look(empty_database, "update schema_version set version_num = '0020'")
    for command in (("migrate",), ("integration", "status")):
        done = cli_of(empty_database).here(*command)
        assert (done.code, done.error) == (2, SENTENCE)
    assert look(empty_database, "select version_num from schema_version") == [("0020",)]


def test_the_migration_itself_refuses_orders_of_one_series(former: Town) -> None:
    """Alembic's own command asks nobody first."""
    with pytest.raises(psycopg2.errors.CheckViolation, match="in one series"):
        step(former.warehouse.dsn, newest_revision())


def test_orders_of_two_series_do_not_go_back_to_one(build_town: Callable[..., Town]) -> None:
    town = build_town(EASY)
    town.load(FIRST)
    town.warehouse.close()
    with pytest.raises(psycopg2.errors.CheckViolation, match="numbered in two series"):
        step(town.warehouse.dsn, BEFORE, down=True)
