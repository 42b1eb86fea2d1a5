"""The engine of a warehouse: SQLAlchemy's pool of connections, which psycopg2 makes with our settings."""

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
"""While pandas decides about a batch, its transaction waits: seconds for 100,000 shifts. One that waits this long is of
a process that is stuck, and holds the organisation's lock."""

MOST_IDLE = 8
MOST_CONNECTIONS = 40
"""Airflow's web server answers 40 requests at once, each in one transaction; a task uses fewer."""
LONGEST_WAIT_S = 30.0
"""For one of them, where all are in use."""
LONGEST_LIFE_S = 600
"""Older connections are replaced when they are taken: a session of the server's grows with every plan it keeps."""

_UUIDS = (2950, 2951)

_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def engine_of(dsn: str) -> Engine:
    """An engine whose connections are made when they are first needed, each looked at before it is used again.

    The address goes to libpq as it is, and is no part of the engine: SQLAlchemy reads addresses by other rules, and
    shows them in its errors. A forked process makes connections of its own.
    """
    engine = create_engine(
        "postgresql+psycopg2://",
        creator=lambda: _connected(dsn),
        pool_size=MOST_IDLE,
        max_overflow=MOST_CONNECTIONS - MOST_IDLE,
        pool_timeout=LONGEST_WAIT_S,
        pool_recycle=LONGEST_LIFE_S,
        pool_pre_ping=True,
        # The one that was used last: what a quiet hour does not need grows old and is replaced or closed.
        pool_use_lifo=True,
        use_native_hstore=False,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _read_values_as_we_do)
    _engines.add(engine)
    return engine


def _connected(dsn: str) -> Connection:
    """A new connection of psycopg2. Raises WrongUse, without the address, where that cannot be read."""
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
        # Its text repeats the whole address, password and all: it must not be the context of the error below.
        pass
    raise WrongUse("the address of the warehouse cannot be read", fix="check the connection `warehouse`")


def _read_values_as_we_do(connection: Connection, _: object) -> None:
    """Money in jsonb is decimal, and an id is text, of which SQLAlchemy's dialect would make UUID objects."""
    psycopg2.extras.register_default_jsonb(connection, loads=_loads)
    register_type(new_type(_UUIDS, "UUID_AS_TEXT", lambda value, _: value), connection)


def _loads(text: str) -> Any:
    """Money in JSON stays what it is: no float is made of it."""
    return json.loads(text, parse_float=Decimal)


def _leave_connections_to_the_parent() -> None:
    """In a forked child: forgets the parent's connections without closing them, which would end them there too."""
    for engine in list(_engines):
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_leave_connections_to_the_parent)
