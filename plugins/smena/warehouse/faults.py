"""Errors of the driver turned into PassingFault, BrokenPromise, or WrongUse if migrations are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from smena.model.errors import BrokenPromise, PassingFault, SmenaError, WrongUse

# Functions import the driver and SQLAlchemy: modules that use no database import this one too.
if TYPE_CHECKING:
    import psycopg2
    from sqlalchemy.exc import DBAPIError

PASSING = {
    "08": "the connection, not the statement, is at fault",
    "25P03": "the server ended a transaction that had waited too long: the process was stopped or starved meanwhile",
    "25P04": "the server ended a transaction that took too long, as it would a statement (57014)",
    "40001": "another transaction wrote the same rows first",
    "40P01": "another transaction waited for this one; the server ended one of them",
    "53000": "the server lacks something that other sessions use now",
    "53100": "the disk is full: often of temporary files of other statements, else until somebody makes room",
    "53200": "the server has no memory free now",
    "53300": "other sessions use every connection that the server allows",
    "55P03": "another transaction held the lock for longer than `lock_timeout`",
    "57014": "the statement was cancelled: by `statement_timeout` or by an administrator, which the code does not say",
    "57P01": "the server is being stopped, or an administrator ended the session",
    "57P02": "a process of the server crashed, and the server ended all sessions",
    "57P03": "the server is starting or recovering",
    "57P05": "the server ended a session that was idle",
    "58030": "the disk of the server failed to read or write, as one over a network does for a while",
}
"""SQLSTATEs (or a class, two characters) after which the same statement may succeed unchanged, each with the reason.

A statement that an administrator cancels changes no data, so running it again is right. States that recur on every run
are left out: a limit that the statement itself exceeds (53400, 54000), a damaged file (58P01), a database that was
dropped (57P04).
"""

_NOT_MIGRATED = ("3F000", "42P01", "42703", "42883")


def is_passing_state(state: str) -> bool:
    """Whether a fault of this SQLSTATE is temporary."""
    return state in PASSING or state[:2] in PASSING


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn errors of the driver and of the pool in the block into PassingFault, WrongUse or BrokenPromise."""
    import psycopg2
    from sqlalchemy.exc import DBAPIError, PendingRollbackError
    from sqlalchemy.exc import TimeoutError as NoConnectionFree

    try:
        yield
    except DBAPIError as error:
        # Not the wrapper: its text repeats the whole statement.
        driver_error = _driver_error(error)
        raise _as_ours(driver_error) from driver_error
    except psycopg2.Error as error:
        raise _as_ours(error) from error
    except PendingRollbackError as error:
        raise _as_ours(_broken()) from error
    except NoConnectionFree:
        raise PassingFault(
            "every connection to the warehouse that one process may have is in use", fix="run again later"
        ) from None


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Turn SQLAlchemy's errors in the block into the driver's, and add the name of the statement to them."""
    import psycopg2
    from sqlalchemy.exc import DBAPIError, PendingRollbackError

    try:
        yield
    except psycopg2.Error as error:
        raise _named(error, name)  # noqa: B904 - it is the same error
    except DBAPIError as error:
        raise _named(_driver_error(error), name) from None
    except PendingRollbackError:
        raise _named(_broken(), name) from None


def _named(error: psycopg2.Error, name: str) -> psycopg2.Error:
    error.statement = name  # type: ignore[attr-defined]
    return error


def _broken() -> psycopg2.Error:
    """The error of psycopg2 for a connection that broke in an earlier statement, whose error was caught."""
    import psycopg2

    return psycopg2.InterfaceError("the connection is closed")


def _driver_error(error: DBAPIError) -> psycopg2.Error:
    import psycopg2

    if not isinstance(error.orig, psycopg2.Error):
        raise error
    return error.orig


def _as_ours(error: psycopg2.Error) -> SmenaError:
    """An error of psycopg2 as one of ours; if the fault is not temporary, it names the statement."""
    if _is_passing(error):
        return PassingFault(f"the warehouse does not answer: {_first_line(error)}", fix="run again")
    name = getattr(error, "statement", "")
    what = f"{_first_line(error)} (statement {name})" if name else _first_line(error)
    if error.pgcode in _NOT_MIGRATED:
        return WrongUse(f"the warehouse lacks what this release needs: {what}", fix="run `smena migrate`")
    return BrokenPromise(f"the warehouse refuses: {what}")


def _is_passing(error: psycopg2.Error) -> bool:
    """Whether the connection is gone, or the server names a temporary fault (`PASSING`).

    The class of psycopg2 is not enough: a row too large for an index (54000) is an OperationalError too.
    """
    import psycopg2

    if error.pgcode is None:
        return isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError) or (
            type(error) is psycopg2.DatabaseError
        )
    return is_passing_state(error.pgcode)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
