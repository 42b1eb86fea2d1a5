"""The schema is made in one transaction, once; nothing works on a database without it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg2
import pytest

from smena.model.errors import PassingFault, WrongUse
from smena.warehouse import migrating
from smena.warehouse.database import Warehouse
from smena.warehouse.migrating import migrate, newest_revision
from smena.warehouse.sql import SQL_DIRECTORY, migration, newest_migration
from tests.integration.warehouse.schema import differences, schema_of
from tests.integration.warehouse.sessions import look, wait_until_somebody_waits
from tests.town import EASY, Town


def test_every_revision_of_alembic_runs_the_file_of_its_name() -> None:
    files = {path.stem for path in (SQL_DIRECTORY / "migrations").glob("*.sql")}
    revisions = {path.stem for path in (migrating.Path(migrating.__file__).parent / "migrations/versions").glob("*.py")}
    assert files == revisions == {"0001_warehouse"}
    assert newest_revision() == newest_migration() == "0001_warehouse"


def test_an_empty_database_becomes_a_warehouse(empty_database: str) -> None:
    ground = schema_of(empty_database)
    assert migrate(empty_database) == (None, newest_revision())
    made = schema_of(empty_database)
    assert set(ground) < set(made)
    assert len(made["columns"]) > 100
    assert len(made["account rules"]) == 6


def test_a_warehouse_that_is_new_enough_is_left_as_it_is(empty_database: str) -> None:
    migrate(empty_database)
    before = look(empty_database, "select xmin::text from schema_version"), schema_of(empty_database)
    assert migrate(empty_database) == (newest_revision(), newest_revision())
    assert (look(empty_database, "select xmin::text from schema_version"), schema_of(empty_database)) == before


def test_two_migrations_at_once_wait_for_each_other(empty_database: str) -> None:
    done: list[Any] = []
    lock = f"select pg_advisory_lock({migrating._LOCK})"
    with migrating._engine(empty_database).connect() as first:
        first.exec_driver_sql(lock)
        second = threading.Thread(target=lambda: done.append(migrate(empty_database)))
        second.start()
        wait_until_somebody_waits(empty_database)
        assert done == []
        assert look(empty_database, "select to_regclass('schema_version') is null") == [(True,)]
    second.join()
    assert done == [(None, newest_revision())]


def test_a_migration_that_fails_leaves_nothing_half_done(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ground = schema_of(empty_database)
    with monkeypatch.context() as patch:
        patch.setattr(migrating, "migration", lambda name: f"{migration(name)};\nselect 1 / 0")
        with pytest.raises(psycopg2.DataError, match="division by zero"):
            migrate(empty_database)
    assert differences(ground, schema_of(empty_database)) == {}
    assert migrate(empty_database) == (None, newest_revision())


def test_a_server_that_is_not_there_may_be_there_later() -> None:
    with pytest.raises(PassingFault, match="the warehouse does not answer") as fault:
        migrate("postgresql://u:tajna@127.0.0.1:1/books")
    assert "tajna" not in str(fault.value)


# --- a database without this release's schema


@pytest.mark.parametrize("has_table", [False, True])
def test_nothing_is_read_from_a_database_that_was_never_migrated(empty_database: str, has_table: bool) -> None:
    """Warehouse.transaction promises WrongUse where the schema is older than this code, whatever the statement."""
    if has_table:
        look(empty_database, "create table schema_version (version_num varchar(32) primary key)")
    with pytest.raises(WrongUse, match="run `smena migrate`"):
        Warehouse(empty_database).rows("organizations", inn=None)


def test_nothing_is_loaded_into_a_warehouse_that_is_older_than_the_code(
    build_town: Callable[..., Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    town = build_town(EASY)
    town.warehouse.close()
    monkeypatch.setattr("smena.warehouse.database.newest_migration", lambda: "0002_later")
    with pytest.raises(WrongUse, match="is at 0001_warehouse, this release is of 0002_later") as refusal:
        town.load()
    assert "run `smena migrate`" in str(refusal.value)
