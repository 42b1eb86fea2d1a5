"""`smena migrate`: the warehouse brought to the newest schema by Alembic; the SQL is in `include/sql/migrations`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg2
from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import create_engine, make_url
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from smena.model.errors import PassingFault, WrongUse
from smena.warehouse.database import CONNECT_TIMEOUT_S, Transaction, refuse_former_numbering
from smena.warehouse.sql import migration

_LOCK = 7_364_001


def run_file(name: str) -> None:
    """Runs `include/sql/migrations/<name>.sql` on the connection of the running migration."""
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
    """The revision that this release needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def migrate(dsn: str, revision: str = "head") -> tuple[str | None, str | None]:
    """Brings the warehouse to a revision; two at once wait for each other. Gives the revision before and after.

    Raises PassingFault when the server cannot be reached, WrongUse where the warehouse is of a newer release or of the
    former version, which numbered ПКО and РКО in one series, or where the login lacks a right that the migration needs.
    """
    config = _config()
    before = None
    try:
        with _engine(dsn).connect() as connection:
            connection.exec_driver_sql(f"select pg_advisory_lock({_LOCK})")
            connection.commit()
            _refuse_former(connection)
            before = _revision(connection)
            config.attributes["connection"] = connection
            if _is_up(before, revision):
                command.upgrade(config, revision)
            else:
                command.downgrade(config, revision)
            connection.commit()
            return before, _revision(connection)
    except CommandError:
        raise WrongUse(
            f"the way from {before} to {revision} is not known to this release", fix="install the newer release"
        ) from None
    except psycopg2.errors.InsufficientPrivilege as error:
        raise WrongUse(str(error).strip().partition("\n")[0], fix="then run `smena migrate` again") from None
    except (OperationalError, psycopg2.OperationalError) as error:
        reason = str(error.__cause__ or error).strip().partition("\n")[0]
        raise PassingFault(f"the warehouse does not answer: {reason}", fix="check the connection `warehouse`") from None


def _is_up(before: str | None, revision: str) -> bool:
    """Whether the way from one revision to another is up. `base` lies below them all, `head` above."""
    return revision == "head" or (revision != "base" and (before is None or revision > before))


def _refuse_former(connection: Connection) -> None:
    driver_connection: Any = connection.connection.driver_connection
    refuse_former_numbering(Transaction(driver_connection))
    connection.commit()


def _revision(connection: object) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": "schema_version"})  # type: ignore[arg-type]
    return context.get_current_revision()
