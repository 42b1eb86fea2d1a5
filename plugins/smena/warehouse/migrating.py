"""`smena migrate`: Alembic upgrades the warehouse to the newest schema; the SQL is in `include/sql/migrations`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg2
from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from smena.model.errors import PassingFault, WrongUse
from smena.model.product import products
from smena.warehouse.database import Row, Transaction, require_known_schema
from smena.warehouse.engine import CONNECT_TIMEOUT_S
from smena.warehouse.sql import migration

OLDEST_SERVER = 16
_LOCK = 7_364_001


def run_file(name: str) -> None:
    """Run `include/sql/migrations/<name>.sql` on the connection of the running migration."""
    driver_connection = op.get_bind().connection.driver_connection
    if driver_connection is None:
        raise RuntimeError("a migration runs on a live connection only")
    with driver_connection.cursor() as cursor:
        cursor.execute(migration(name))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _engine(dsn: str) -> Engine:
    url = make_url(dsn).set(drivername="postgresql+psycopg2")
    return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})


def newest_revision() -> str:
    """Return the revision that this release needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def migrate(dsn: str) -> tuple[str | None, str | None]:
    """Upgrade the warehouse to the newest schema; return the revision before and after. One call waits for another.

    The upgrade is one transaction. Missing rights and the like are checked first, each with its own message.

    Raises PassingFault when the server cannot be reached; WrongUse if the server is too old, if the database
    holds a warehouse of another release or schemas of somebody else, and if an extension or a right is missing.
    """
    config = _config()
    try:
        with _engine(dsn).connect() as connection:
            connection.exec_driver_sql(f"select pg_advisory_lock({_LOCK})")
            connection.commit()
            before = _revision(connection)
            _require_ground(connection, before)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            _add_products(connection)
            return before, _revision(connection)
    except psycopg2.errors.InsufficientPrivilege as error:
        raise WrongUse(str(error).strip().partition("\n")[0], fix="then run `smena migrate` again") from None
    except (OperationalError, psycopg2.OperationalError) as error:
        reason = str(error.__cause__ or error).strip().partition("\n")[0]
        raise PassingFault(f"the warehouse does not answer: {reason}", fix="check the connection `warehouse`") from None


def _add_products(connection: Connection) -> None:
    """Write the installed products, to which integrations refer."""
    for product in products().values():
        Transaction(connection).run("product_add", product=product.name, source=product.source)
    connection.commit()


def _require_ground(connection: Connection, before: str | None) -> None:
    """Raise WrongUse if this database cannot be upgraded to the newest schema."""
    driver_connection: Any = connection.connection.driver_connection
    require_server(driver_connection.server_version)
    if before is not None:
        require_known_schema(before)
    if before != newest_revision():
        _require_rights(Transaction(connection).rows("migration_ground")[0], is_new=before is None)
    connection.commit()


def require_server(version: int) -> None:
    """Raise WrongUse if the server is too old; `version` is libpq's number: 160014 is 16.14."""
    major, minor = divmod(version, 10_000)
    if major < OLDEST_SERVER:
        raise WrongUse(
            f"PostgreSQL {major}.{minor} is too old for the warehouse",
            fix=f"use a server of PostgreSQL {OLDEST_SERVER} or newer",
        )


def _require_rights(ground: Row, *, is_new: bool) -> None:
    """Raise WrongUse for the first missing condition in the row of the query `migration_ground`."""
    database, login = ground["database_name"], ground["login"]
    if ground["encoding"] != "UTF8":
        raise WrongUse(
            f"the database {database} is encoded in {ground['encoding']}",
            fix="make a new database with `encoding 'UTF8' template template0`",
        )
    if is_new and ground["schemas"]:
        raise WrongUse(
            f"the database {database} has schemas of these names already: {', '.join(ground['schemas'])}",
            fix="make a new database for the warehouse",
        )
    if not ground["may_create_schemas"]:
        raise _administrator(f"{login} may not create schemas", f"grant create on database {database} to {login}")
    if not ground["may_create_tables"]:
        schema = ground["first_schema"] or "public"
        raise _administrator(f"{login} may not create tables", f"grant usage, create on schema {schema} to {login}")
    if not ground["has_extension"]:
        if not ground["has_extension_files"]:
            raise WrongUse(
                "the server does not have the extension btree_gist",
                fix="install PostgreSQL's contrib modules on the server, then run `smena migrate` again",
            )
        if not ground["may_create_extension"]:
            raise _administrator(f"{login} may not create the extension btree_gist", "create extension btree_gist")
    if ground["missing_roles"]:
        raise _administrator(f"{login} may not make the roles of the warehouse", "; ".join(ground["missing_roles"]))


def _administrator(lack: str, statements: str) -> WrongUse:
    return WrongUse(
        f"{lack}; an administrator of the server runs once: {statements}",
        fix="run it in the database of the warehouse, then `smena migrate` again",
    )


def _revision(connection: object) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": "schema_version"})  # type: ignore[arg-type]
    return context.get_current_revision()
