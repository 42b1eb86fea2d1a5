"""Transactions in the warehouse; every statement is a file of `include/sql`, called by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from smena.model.errors import WrongUse
from smena.warehouse.faults import naming, translated_errors
from smena.warehouse.sql import newest_migration, query

if TYPE_CHECKING:
    from psycopg2.extensions import connection as DriverConnection  # noqa: N812 - psycopg2 names its class in lower case
    from psycopg2.extras import Json
    from sqlalchemy.engine import Connection

Row = dict[str, Any]


class Transaction:
    """An open transaction: statements by name, with parameters by name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> DriverConnection:
        """The driver's own connection, for COPY. Raises if it is broken: a transaction cannot continue on another."""
        with naming("connection"):
            connection: DriverConnection = self._connection.connection.driver_connection  # type: ignore[assignment]
            return connection

    def undo(self) -> None:
        """Roll the transaction back."""
        self.connection.rollback()

    @contextmanager
    def nested(self) -> Iterator[None]:
        """A savepoint: a block that raises is undone, and the transaction can go on. Raises as `transaction` does."""
        with translated_errors(), self._connection.begin_nested():
            yield

    def run(self, name: str, /, **parameters: Any) -> int:
        """Run a statement and return the number of rows it touched."""
        with naming(name), self._connection.exec_driver_sql(query(name), parameters) as result:
            return result.rowcount

    def rows(self, name: str, /, **parameters: Any) -> list[Row]:
        """Run a query and return its rows as dictionaries."""
        with naming(name), self._connection.exec_driver_sql(query(name), parameters) as result:
            return [dict(row) for row in result.mappings()]

    def row(self, name: str, /, **parameters: Any) -> Row | None:
        """Return the first row of a query, or None."""
        found = self.rows(name, **parameters)
        return found[0] if found else None

    def stream(self, name: str, /, *, chunk_rows: int = 200, **parameters: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query by a server-side cursor: memory holds one chunk at a time."""
        options = {"yield_per": chunk_rows}
        with naming(name):
            result = self._connection.exec_driver_sql(query(name), parameters, execution_options=options)
        with result:
            chunks = result.partitions()
            while True:
                with naming(name):
                    chunk = next(chunks, None)
                if chunk is None:
                    return
                yield from map(tuple, chunk)


class Warehouse:
    """The accounting warehouse. Cheap to make: it connects when a transaction begins, and keeps a few connections.

    Threads may share one; a process that was forked makes connections of its own.

    Args:
        dsn: a libpq address, `postgresql://user:password@host:port/database`.
    """

    def __init__(self, dsn: str) -> None:
        # Imported when a warehouse is opened: help and wrong use of the command line need no database.
        from smena.warehouse.engine import engine_of

        self.dsn = dsn
        self._engine = engine_of(dsn)
        self._is_checked = False

    def __repr__(self) -> str:
        return "Warehouse(…)"

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[Transaction]:
        """One transaction: committed if the block succeeds. If it raises, closing the connection rolls it back.

        Args:
            keep: False for a dry run, which is always rolled back.

        Raises PassingFault if the server cannot be reached or breaks off, or no connection becomes free, WrongUse if
        the schema is missing or of another release, older or newer, and BrokenPromise, which names the statement, for
        every other error of the server.
        """
        with translated_errors(), self._engine.connect() as connection:
            try:
                if not self._is_checked:
                    _require_schema(Transaction(connection))
                    connection.rollback()
                    self._is_checked = True
                connection.begin()
                yield Transaction(connection)
                if keep:
                    connection.commit()
                else:
                    connection.rollback()
            except BaseException:
                # The connection may be in the middle of a COPY: it is not used again.
                connection.invalidate()
                raise

    def close(self) -> None:
        """Close the idle connections; the next transaction checks the schema again."""
        self._is_checked = False
        self._engine.dispose()

    def run(self, name: str, /, **parameters: Any) -> int:
        """Run one statement in a transaction of its own."""
        with self.transaction() as transaction:
            return transaction.run(name, **parameters)

    def rows(self, name: str, /, **parameters: Any) -> list[Row]:
        """Run one query in a transaction of its own."""
        with self.transaction() as transaction:
            return transaction.rows(name, **parameters)

    def row(self, name: str, /, **parameters: Any) -> Row | None:
        """Return the first row of one query in a transaction of its own."""
        with self.transaction() as transaction:
            return transaction.row(name, **parameters)


def _require_schema(transaction: Transaction) -> None:
    """Raise WrongUse if the warehouse is of another release, older or newer, or there is none."""
    row = transaction.row("schema_version")
    if row is None:
        raise WrongUse("this database has no warehouse yet", fix="run `smena migrate`")
    require_known_schema(row["version_num"])
    if row["version_num"] != newest_migration():
        raise WrongUse(
            f"the warehouse is at {row['version_num']}, this release is of {newest_migration()}",
            fix="run `smena migrate`",
        )


def require_known_schema(revision: str) -> None:
    """Raise WrongUse if no migration of this release upgrades this revision.

    Versions before the first release numbered their revisions with four digits alone (0001 to 0027).
    """
    if re.fullmatch("[0-9]{4}", revision):
        raise WrongUse(
            f"this warehouse (revision {revision}) is of a version before the first release",
            fix="make a new database for this release, and load into it",
        )
    if revision > newest_migration():
        raise WrongUse(
            f"the warehouse is at {revision}, this release is of {newest_migration()}", fix="install the newer release"
        )


def as_json(value: Mapping[str, Any] | list[Any]) -> Json:
    """Return a value as a jsonb parameter; dates and times as ISO text."""
    from psycopg2.extras import Json

    return Json(value, dumps=_dumps)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
