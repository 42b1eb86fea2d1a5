"""The engine of a warehouse: SQLAlchemy's pool over psycopg2 connections with our settings."""

from __future__ import annotations

import json
import os
import weakref
from decimal import Decimal
from typing import Any

import psycopg2
import psycopg2.extras
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its class in lower case
from psycopg2.extensions import new_type, parse_dsn, register_type
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

from smena.model.errors import WrongUse

CONNECT_TIMEOUT_S = 10
LOCK_TIMEOUT_S = 600
IDLE_IN_TRANSACTION_S = 900
"""While pandas decides about a batch, its transaction is idle: seconds for 100,000 shifts. A transaction that is idle
this long belongs to a stuck process, and holds the organisation's lock."""

MOST_IDLE = 8
MOST_CONNECTIONS = 40
"""Airflow's web server answers 40 requests at once, each in one transaction; a task uses fewer."""
LONGEST_WAIT_S = 30.0
"""The wait for a free connection, if all are in use."""
LONGEST_LIFE_S = 600
"""An older connection is replaced when it is taken: a server session grows with every cached plan."""

_UUIDS = (2950, 2951)

_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def engine_of(dsn: str) -> Engine:
    """Return an engine that connects on demand and tests each connection before it is used again.

    The address goes to libpq unchanged and is not part of the engine: SQLAlchemy parses addresses by other rules, and
    shows them in its errors. A forked process makes its own connections.
    """
    engine = create_engine(
        "postgresql+psycopg2://",
        creator=lambda: _connected(dsn),
        pool_size=MOST_IDLE,
        max_overflow=MOST_CONNECTIONS - MOST_IDLE,
        pool_timeout=LONGEST_WAIT_S,
        pool_recycle=LONGEST_LIFE_S,
        pool_pre_ping=True,
        # The connection that was used last goes first: the others grow old and are replaced.
        pool_use_lifo=True,
        use_native_hstore=False,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _read_values_as_we_do)
    _engines.add(engine)
    return engine


def _connected(dsn: str) -> Connection:
    """A new connection of psycopg2. Raises WrongUse, without the address, if that cannot be read."""
    try:
        asked = parse_dsn(dsn).get("options", "")
        return psycopg2.connect(
            dsn,
            connect_timeout=CONNECT_TIMEOUT_S,
            fallback_application_name="smena",
            keepalives_idle=30,
            options=f"{asked} -c lock_timeout={LOCK_TIMEOUT_S}s"
            f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_S}s -c timezone=UTC".strip(),
        )
    except psycopg2.ProgrammingError:
        # Its text repeats the address with the password: it must not be the context of the error below.
        pass
    raise WrongUse("the address of the warehouse cannot be read", fix="check the connection `warehouse`")


def _read_values_as_we_do(connection: Connection, _: object) -> None:
    """Read numbers in jsonb as Decimal, and uuid as text: SQLAlchemy's dialect would make UUID objects."""
    psycopg2.extras.register_default_jsonb(connection, loads=_loads)
    register_type(new_type(_UUIDS, "UUID_AS_TEXT", lambda value, _: value), connection)


def _loads(text: str) -> Any:
    """Parse JSON with Decimal in place of float, for exact money."""
    return json.loads(text, parse_float=Decimal)


def _leave_connections_to_the_parent() -> None:
    """Forget the parent's connections in a forked child. Closing them would end the parent's sessions."""
    for engine in list(_engines):
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_leave_connections_to_the_parent)
