"""Connections to the warehouse: one transaction at a time, every statement from `include/sql`."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg2
import psycopg2.extras
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its class in lower case
from psycopg2.extensions import parse_dsn

from smena.model.errors import BrokenPromise, PassingFault, SmenaError, WrongUse
from smena.warehouse.sql import newest_migration, query

CONNECT_TIMEOUT_S = 10
LOCK_TIMEOUT_S = 600
IDLE_IN_TRANSACTION_S = 900
"""While pandas decides about a batch, its transaction waits: seconds for 100,000 shifts. One that waits this long is of
a process that is stuck, and holds the organisation's lock."""
LONGEST_IDLE_S = 60.0
MOST_IDLE = 8
Row = dict[str, Any]

_NOT_MIGRATED = ("3F000", "42P01", "42703", "42883")
_PASSING_CLASSES = ("08", "40", "53", "55", "57", "58")
"""SQLSTATE classes of faults that pass: connection, deadlock, resources, locks, shutdown, disk."""


@contextmanager
def _clear_errors() -> Iterator[None]:
    """psycopg2's errors as ours: what passes, what is broken, what was never migrated."""
    try:
        yield
    except psycopg2.Error as error:
        raise _as_ours(error) from error


def _as_ours(error: psycopg2.Error) -> SmenaError:
    """An error of psycopg2 as one of ours; what does not pass names the statement that failed."""
    if _is_passing(error):
        return PassingFault(f"the warehouse does not answer: {_first_line(error)}", fix="run again")
    name = getattr(error, "statement", "")
    what = f"{_first_line(error)} (statement {name})" if name else _first_line(error)
    if error.pgcode in _NOT_MIGRATED:
        return WrongUse(f"the warehouse lacks what this release needs: {what}", fix="run `smena migrate`")
    return BrokenPromise(f"the warehouse refuses: {what}")


def _is_passing(error: psycopg2.Error) -> bool:
    """Whether the connection is gone, or the server names a class of faults that pass.

    The class of psycopg2 is not enough: a row too large for an index (54000) is an OperationalError too.
    """
    if error.pgcode is None:
        return isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError) or (
            type(error) is psycopg2.DatabaseError
        )
    return error.pgcode[:2] in _PASSING_CLASSES


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


@contextmanager
def naming(name: str) -> Iterator[None]:
    """An error of the block knows the name of its statement."""
    try:
        yield
    except psycopg2.Error as error:
        error.statement = name  # type: ignore[attr-defined]
        raise


class Transaction:
    """An open transaction: statements by name, with parameters by name."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def undo(self) -> None:
        """Takes back all that was done in it."""
        self.connection.rollback()

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Work that is undone alone where it raises: the transaction can go on. Raises errors as `transaction` does."""
        with _clear_errors(), self.connection.cursor() as cursor:
            cursor.execute("savepoint border")
            try:
                yield
            except Exception:
                cursor.execute("rollback to savepoint border")
                raise
            cursor.execute("release savepoint border")

    def run(self, name: str, /, **parameters: Any) -> int:
        """Runs a statement and says how many rows it touched."""
        with naming(name), self.connection.cursor() as cursor:
            cursor.execute(query(name), parameters)
            return int(cursor.rowcount)

    def rows(self, name: str, /, **parameters: Any) -> list[Row]:
        """Runs a query and gives its rows as dictionaries."""
        with naming(name), self.connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(query(name), parameters)
            return [dict(row) for row in cursor.fetchall()]

    def row(self, name: str, /, **parameters: Any) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(name, **parameters)
        return found[0] if found else None

    def stream(self, name: str, /, *, chunk_rows: int = 200, **parameters: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query through a cursor of the server's: memory holds one chunk at a time."""
        with self.connection.cursor(name=name) as cursor:
            with naming(name):
                cursor.itersize = chunk_rows
                cursor.execute(query(name), parameters)
            rows = iter(cursor)
            while True:
                with naming(name):
                    row = next(rows, None)
                if row is None:
                    return
                yield row


class Warehouse:
    """The accounting warehouse. Cheap to make: it connects when a transaction begins, and keeps a few connections.

    Threads may share one; a process that was forked makes connections of its own.

    Args:
        dsn: a libpq address, `postgresql://user:password@host:port/database`.
    """

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._idle: list[tuple[int, float, Connection]] = []
        self._taking = threading.Lock()
        self._is_checked = False

    def __repr__(self) -> str:
        return "Warehouse(…)"

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[Transaction]:
        """One transaction: committed where the block ends well, else rolled back.

        Args:
            keep: False for a dry run, which is rolled back however it ends.

        Raises PassingFault when the server cannot be reached or breaks off, WrongUse when the schema is missing or
        older than this code, and BrokenPromise, which names the statement, for every other error of the server.
        """
        with _clear_errors():
            connection = self._connection()
            try:
                with connection:
                    yield Transaction(connection)
                    if not keep:
                        connection.rollback()
            except BaseException:
                connection.close()
                raise
            self._keep(connection)

    def close(self) -> None:
        """Closes the connections that are kept; what opens next is looked at anew."""
        self._is_checked = False
        while (connection := self._kept()) is not None:
            connection.close()

    def _kept(self) -> Connection | None:
        with self._taking:
            while self._idle:
                process, since, connection = self._idle.pop()
                if process != os.getpid():
                    continue  # the parent's: closing it here would end it there
                if time.monotonic() - since < LONGEST_IDLE_S and not connection.closed:
                    return connection
                connection.close()
        return None

    def _connection(self) -> Connection:
        connection = self._kept()
        if connection is not None:
            try:
                with connection, connection.cursor() as cursor:
                    cursor.execute("select")
            except psycopg2.Error:
                connection.close()
            else:
                return connection
        return self._connected()

    def _connected(self) -> Connection:
        """A new connection, to a warehouse of this release's schema."""
        try:
            asked = parse_dsn(self.dsn).get("options", "")
            connection = psycopg2.connect(
                self.dsn,
                connect_timeout=CONNECT_TIMEOUT_S,
                fallback_application_name="smena",
                keepalives_idle=30,
                options=f"{asked} -c lock_timeout={LOCK_TIMEOUT_S}s"
                f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_S}s -c timezone=UTC".strip(),
            )
        except psycopg2.ProgrammingError:
            # Its text repeats the whole address, password and all.
            connection = None
        if connection is None:
            raise WrongUse("the address of the warehouse cannot be read", fix="check the connection `warehouse`")
        psycopg2.extras.register_default_jsonb(connection, loads=_loads)
        self._check_schema(connection)
        return connection

    def _check_schema(self, connection: Connection) -> None:
        if self._is_checked:
            return
        try:
            with connection:
                _require_schema(Transaction(connection))
        except BaseException:
            connection.close()
            raise
        self._is_checked = True

    def _keep(self, connection: Connection) -> None:
        with self._taking:
            if len(self._idle) < MOST_IDLE and not connection.closed:
                self._idle.append((os.getpid(), time.monotonic(), connection))
                return
        connection.close()

    def run(self, name: str, /, **parameters: Any) -> int:
        """One statement in a transaction of its own."""
        with self.transaction() as transaction:
            return transaction.run(name, **parameters)

    def rows(self, name: str, /, **parameters: Any) -> list[Row]:
        """One query in a transaction of its own."""
        with self.transaction() as transaction:
            return transaction.rows(name, **parameters)

    def row(self, name: str, /, **parameters: Any) -> Row | None:
        """The first row of one query in a transaction of its own."""
        with self.transaction() as transaction:
            return transaction.row(name, **parameters)


def _require_schema(transaction: Transaction) -> None:
    """Raises WrongUse where the warehouse is of another release."""
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
    """Raises WrongUse where no migration of this release leads on from a revision.

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


def as_json(value: Mapping[str, Any] | list[Any]) -> psycopg2.extras.Json:
    """A value for a jsonb parameter; dates and times as ISO text."""
    return psycopg2.extras.Json(value, dumps=_dumps)


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _loads(text: str) -> Any:
    """Money in JSON stays what it is: no float is made of it."""
    return json.loads(text, parse_float=Decimal)
