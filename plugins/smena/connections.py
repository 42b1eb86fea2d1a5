"""Connections by their Airflow ids: out of `AIRFLOW_CONN_*` variables, or out of Airflow inside a task.

The one place of the library, beside the UI, that knows Airflow.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from smena.model.endpoint import Endpoint
from smena.model.errors import WrongUse
from smena.warehouse.database import Warehouse

if TYPE_CHECKING:
    from smena.pipeline.road import Road

WAREHOUSE = "warehouse"


@dataclass(frozen=True, slots=True)
class ConnectionFields:
    """A connection as Airflow knows it."""

    conn_type: str = ""
    host: str = ""
    port: int | None = None
    schema: str = ""
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


def endpoint_from_environment(name: str) -> Endpoint:
    """The connection `name` of the environment. Raises WrongUse where it is missing or cannot be read."""
    return _endpoint(name, _from_environment(name))


def warehouse_from_environment() -> str:
    """The libpq address of the warehouse, out of the environment."""
    return _dsn(_from_environment(WAREHOUSE))


def endpoint_from_airflow(name: str) -> Endpoint:
    """The connection `name` as a running Airflow task sees it: any secrets back end, then the metadata."""
    return _endpoint(name, _from_airflow(name))


def warehouse_from_airflow() -> str:
    """The libpq address of the warehouse, as a running Airflow task sees it."""
    return _dsn(_from_airflow(WAREHOUSE))


def road_from_airflow() -> Road:
    """The road of a running Airflow task."""
    from smena.pipeline.road import Road

    return Road(Warehouse(warehouse_from_airflow()), endpoint_from_airflow)


def road_from_environment() -> Road:
    """The road of the command line."""
    from smena.pipeline.road import Road

    return Road(Warehouse(warehouse_from_environment()), endpoint_from_environment)


def _from_airflow(name: str) -> ConnectionFields:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        found = Connection.get(name)
    except AirflowNotFoundException:
        raise WrongUse(f"there is no connection `{name}`", fix="add it to Airflow (Admin → Connections)") from None
    return ConnectionFields(
        conn_type=found.conn_type or "",
        host=found.host or "",
        port=found.port,
        schema=found.schema or "",
        login=found.login,
        password=found.password,
        extra=found.extra_dejson,
    )


def _from_environment(name: str) -> ConnectionFields:
    variable = f"AIRFLOW_CONN_{name.upper()}"
    text = os.environ.get(variable, "").strip()
    if not text:
        raise WrongUse(f"there is no connection `{name}`", fix=f"set {variable}")
    try:
        return _from_json(text) if text.startswith("{") else _from_uri(text)
    except (ValueError, TypeError, AttributeError):
        # What stands in the variable holds a secret, so it is not repeated, and neither is the parser's complaint.
        raise WrongUse(f"{variable} cannot be read", fix="give a connection as JSON or as a URI") from None


def _from_json(text: str) -> ConnectionFields:
    told = json.loads(text)
    extra = told.get("extra") or {}
    return ConnectionFields(
        conn_type=told.get("conn_type") or "",
        host=told.get("host") or "",
        port=int(told["port"]) if told.get("port") else None,
        schema=told.get("schema") or "",
        login=told.get("login"),
        password=told.get("password"),
        extra=json.loads(extra) if isinstance(extra, str) else dict(extra),
    )


def _from_uri(text: str) -> ConnectionFields:
    parts = urlsplit(text)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra = json.loads(query.pop("__extra__")) if "__extra__" in query else query
    return ConnectionFields(
        conn_type=parts.scheme,
        host=unquote(parts.hostname or ""),
        port=parts.port,
        schema=unquote(parts.path.lstrip("/")),
        login=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
        extra=extra,
    )


def _endpoint(name: str, told: ConnectionFields) -> Endpoint:
    if not told.host:
        raise WrongUse(f"connection `{name}` has no host")
    if "://" in told.host:
        address = urlsplit(told.host)
        scheme, host, path = address.scheme, address.hostname or "", address.path
        port = told.port or address.port
    else:
        scheme = next((word for word in (told.schema, told.conn_type) if word in ("http", "https")), "https")
        host, _, path = told.host.partition("/")
        port = told.port
        if ":" in host and not host.startswith("["):
            host, _, own_port = host.partition(":")
            port = port or int(own_port)
    if scheme not in ("http", "https"):
        raise WrongUse(f"connection `{name}` is not http or https")
    base_url = f"{scheme}://{host}{f':{port}' if port else ''}/{path.strip('/')}".rstrip("/")
    return Endpoint(name, base_url, told.login, told.password, dict(told.extra))


def _dsn(told: ConnectionFields) -> str:
    if not told.host or not told.schema:
        raise WrongUse(f"connection `{WAREHOUSE}` has no host or no database", fix="its database is its schema")
    user = quote(told.login or "", safe="")
    password = f":{quote(told.password, safe='')}" if told.password else ""
    options = urlencode({key: value for key, value in told.extra.items() if isinstance(value, str)})
    port = f":{told.port}" if told.port else ""
    return f"postgresql://{user}{password}@{told.host}{port}/{quote(told.schema)}{f'?{options}' if options else ''}"
