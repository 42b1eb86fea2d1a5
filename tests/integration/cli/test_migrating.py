"""`smena migrate`, in processes of its own."""

from __future__ import annotations

import psycopg2
import pytest

from demo.ports import HOST, pick_free_port
from smena.warehouse.migrating import migrate, newest_revision
from tests.integration.cli.shop import WAREHOUSE, cli_of, warehouse_as_json
from tests.unit.cli.commands import Done


def test_a_new_warehouse_is_brought_to_the_newest_schema_and_then_stays(empty_database: str) -> None:
    cli = cli_of(empty_database)
    done = cli.run("migrate", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.data == {"before": None, "after": newest_revision()}
    done = cli.run("migrate", **{WAREHOUSE: warehouse_as_json(empty_database)})
    assert (done.code, done.err) == (0, "")
    assert done.out == f"the warehouse is at {newest_revision()} already\n"


def test_two_at_once_wait_for_each_other(empty_database: str) -> None:
    cli = cli_of(empty_database)
    both = [cli.start("migrate", "--json") for _ in range(2)]
    found = [process.communicate(timeout=60) for process in both]
    done = [Done(process.returncode, *texts) for process, texts in zip(both, found, strict=True)]
    assert [one.code for one in done] == [0, 0], found
    assert sorted(str(one.data["before"]) for one in done) == sorted(["None", newest_revision()])


def test_a_server_that_cannot_be_reached_is_one_line_and_exit_3() -> None:
    address = f"postgresql://smena:tajna@{HOST}:{pick_free_port()}/books"
    done = cli_of(address).run("migrate", "--json")
    assert done.code == 3
    assert "Connection refused" in done.error and "check the connection `warehouse`" in done.error
    assert done.data == {"error": done.error, "exit_code": 3}


@pytest.mark.parametrize("wrong", ["password", "database"])
def test_a_server_that_refuses_is_one_line_and_exit_3(empty_database: str, wrong: str) -> None:
    address = empty_database.rpartition("/")[0] + "/nowhere"
    if wrong == "password":
        address = empty_database.replace("postgresql://smena:", "postgresql://smena:tajna-")
    done = cli_of(address).here("migrate")
    assert (done.code, done.out) == (3, "")
    assert ("password authentication failed" if wrong == "password" else "does not exist") in done.error


def test_a_warehouse_that_is_newer_than_this_release_is_wrong_use(empty_database: str) -> None:
    migrate(empty_database)
    with psycopg2.connect(empty_database) as connection, connection.cursor() as cursor:
        cursor.execute("update schema_version set version_num = '9999_later'")
    connection.close()
    done = cli_of(empty_database).here("migrate")
    assert done.code == 2, done.err
    assert "9999_later" in done.error and "install the newer release" in done.error


def test_the_missing_connection_of_the_warehouse_is_named(empty_database: str) -> None:
    done = cli_of(empty_database).run("migrate", **{WAREHOUSE: None})
    assert (done.code, done.out) == (2, "")
    assert done.error == f"there is no connection `warehouse` — set {WAREHOUSE}"
