"""What another session sees of the sessions of a warehouse, and can do to them."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2

from smena.warehouse.database import Transaction

MOST_LOOKS = 100_000


def look(dsn: str, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Runs a statement on a connection of its own."""
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []


def wait_for(dsn: str, question: str, *parameters: object) -> None:
    """Returns once the question, asked over and over, is answered with true."""
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for _ in range(MOST_LOOKS):
                cursor.execute(question, parameters)
                if cursor.fetchone() == (True,):
                    return
    raise AssertionError(f"it never was so: {question}")


def wait_until_somebody_waits(dsn: str) -> None:
    """Returns once a session of this database waits for a lock."""
    wait_for(
        dsn,
        "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')",
    )


def cut(dsn: str, session: int) -> None:
    """Ends a session as an administrator or a restart would; returns when it is gone."""
    look(dsn, "select pg_terminate_backend(%s)", session)
    wait_for(dsn, "select not exists (select from pg_stat_activity where pid = %s)", session)


def session_of(transaction: Transaction) -> int:
    """The server's process that serves a transaction."""
    with transaction.connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (session,) = cursor.fetchone() or (0,)
        return int(session)


def asked(transaction: Transaction, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """The rows of a statement inside a transaction."""
    with transaction.connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
