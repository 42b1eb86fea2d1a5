"""The schema goes up, down and up again, and ends as it was; a warehouse of another release says so."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import psycopg2
import pytest

from smena.model.errors import PassingFault, WrongUse
from smena.warehouse import migrating
from smena.warehouse.migrating import migrate, newest_revision
from smena.warehouse.sql import SQL_DIRECTORY, migration
from tests.integration.warehouse.schema import differences, schema_of, step
from tests.integration.warehouse.sessions import look, wait_until_somebody_waits
from tests.town import EASY, Town

REVISIONS = [re.split(r"[_.]", path.name)[0] for path in sorted((SQL_DIRECTORY / "migrations").glob("*.down.sql"))]


def test_every_migration_has_its_way_up_and_down() -> None:
    files = {path.name for path in (SQL_DIRECTORY / "migrations").glob("*.sql")}
    ups = {name for name in files if not name.endswith(".down.sql")}
    assert {name.replace(".sql", ".down.sql") for name in ups} == files - ups
    # 0020 was a table of a way of reading that is gone; a warehouse that has it is refused (test_former_numbering).
    assert [f"{place:04}" for place in range(1, len(ups) + 2) if place != 20] == REVISIONS
    assert REVISIONS[-1] == newest_revision()


def test_every_definition_is_run_by_its_migration_and_by_the_way_back_from_the_next() -> None:
    versions: dict[str, list[str]] = {}
    for path in sorted((SQL_DIRECTORY / "definitions").glob("*.sql")):
        schema, name, revision, _ = path.name.split(".")
        versions.setdefault(f"{schema}.{name}", []).append(revision)
    wanted = Counter()
    for name, revisions in versions.items():
        assert len(revisions) > 1, name
        wanted.update((revision, f"{name}.{revision}") for revision in revisions)
        wanted.update((f"{newer}.down", f"{name}.{older}") for older, newer in pairwise(revisions))
    told = Counter()
    for path in (SQL_DIRECTORY / "migrations").glob("*.sql"):
        place = path.name[:4] + (".down" if path.name.endswith(".down.sql") else "")
        told.update((place, name) for name in re.findall(r"^-- here: (\S+)$", path.read_text(), re.MULTILINE))
    assert told == wanted


def test_down_to_the_ground_and_up_again_is_the_same_schema(empty_database: str) -> None:
    ground = schema_of(empty_database)
    migrate(empty_database)
    first = schema_of(empty_database)
    assert len(first["columns"]) > 100
    step(empty_database, "base", down=True)
    # An extension may serve others too, and stays.
    assert differences(ground, schema_of(empty_database)) == {"extensions": [("btree_gist",)]}
    assert look(empty_database, "select count(*) from schema_version") == [(0,)]
    assert migrate(empty_database) == (None, newest_revision())
    assert differences(first, schema_of(empty_database)) == {}


def test_each_step_down_takes_back_what_its_step_up_did(empty_database: str) -> None:
    wrong = {}
    for former, revision in pairwise(REVISIONS):
        step(empty_database, former)
        before = schema_of(empty_database)
        step(empty_database, revision)
        assert differences(before, schema_of(empty_database)) != {}
        step(empty_database, former, down=True)
        if left := differences(before, schema_of(empty_database)):
            wrong[revision] = left
        step(empty_database, revision)
    assert wrong == {}


@pytest.mark.parametrize("revision", ["0003", "base"])
def test_the_warehouse_can_be_brought_to_any_revision_from_below_and_from_above(
    empty_database: str, revision: str
) -> None:
    wanted = None if revision == "base" else revision
    if wanted:
        assert migrate(empty_database, revision) == (None, wanted)
    migrate(empty_database)
    assert migrate(empty_database, revision) == (newest_revision(), wanted)


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

    def broken(name: str) -> str:
        return f"{migration(name)};\nselect 1 / 0" if name.startswith("0003") else migration(name)

    with monkeypatch.context() as patch:
        patch.setattr(migrating, "migration", broken)
        with pytest.raises(psycopg2.DataError, match="division by zero"):
            migrate(empty_database)
    assert differences(ground, schema_of(empty_database)) == {}
    assert migrate(empty_database) == (None, newest_revision())


def test_a_server_that_is_not_there_may_be_there_later() -> None:
    with pytest.raises(PassingFault, match="the warehouse does not answer") as fault:
        migrate("postgresql://u:tajna@127.0.0.1:1/books")
    assert "tajna" not in str(fault.value)


# --- a warehouse that is older than the code


@pytest.mark.parametrize("revision", [*REVISIONS[:-1], "base"])
def test_nothing_is_loaded_into_a_warehouse_that_is_older_than_the_code(
    build_town: Callable[..., Town], revision: str
) -> None:
    town = build_town(EASY)
    town.warehouse.close()
    step(town.warehouse.dsn, revision, down=True)
    with pytest.raises(WrongUse, match="run `smena migrate`"):
        town.load()


@pytest.mark.parametrize("revision", [REVISIONS[-2], "base"])
def test_not_even_a_look_is_had_at_a_warehouse_that_is_older_than_the_code(
    build_town: Callable[..., Town], revision: str
) -> None:
    """Warehouse.transaction promises WrongUse where the schema is older than this code, whatever the statement."""
    town = build_town(EASY)
    town.warehouse.close()
    step(town.warehouse.dsn, revision, down=True)
    with pytest.raises(WrongUse, match="run `smena migrate`"):
        town.warehouse.rows("organizations", inn=None)
