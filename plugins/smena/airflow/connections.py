"""Connections by their Airflow ids, from `AIRFLOW_CONN_*` variables and secrets back ends, or in a running task.

Apart from the UI, this is the only module of the library that imports Airflow.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from smena.model.endpoint import Endpoint
from smena.model.errors import WrongUse
from smena.model.settings import SETTINGS
from smena.model.window import MARKET, OFD
from smena.warehouse.database import Warehouse

if TYPE_CHECKING:
    from smena.runtime.context import Context
    from smena.sources.airflow import AirflowAddress
    from smena.sources.messenger import Channel, Messenger

logger = logging.getLogger("smena")

T = TypeVar("T")

WAREHOUSE = "warehouse"
ALERTS = "smena_alerts"
KINDS = {
    "kontur_ofd": OFD,
    "kontur_market": MARKET,
    "postgres": WAREHOUSE,
    "postgresql": WAREHOUSE,
}
"""Kinds by type of connection. Connections of type `http` are used as well; `kind_of` finds their kind."""
_HOST = re.compile(r"\[[0-9a-fA-F:.%]+\]|[^\s\[\]/@:?#]+")
_OF_LIBPQ = frozenset(
    {
        "sslmode", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslcrldir", "sslsni", "sslnegotiation",
        "ssl_min_protocol_version", "ssl_max_protocol_version", "channel_binding", "require_auth", "gssencmode",
        "krbsrvname", "target_session_attrs", "load_balance_hosts", "hostaddr", "passfile", "service", "options",
        "application_name", "client_encoding", "connect_timeout", "keepalives", "keepalives_idle",
        "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    }
)  # fmt: skip


class NoConnection(WrongUse):
    """There is no connection of that name."""


@dataclass(frozen=True, slots=True)
class ConnectionFields:
    """The fields of an Airflow connection."""

    conn_type: str = ""
    host: str = ""
    port: int | None = None
    schema: str = ""
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


def endpoint_from_environment(name: str) -> Endpoint:
    """Return the connection `name` of the environment. Raises WrongUse where it is missing or cannot be read."""
    return _parse(name, lambda: _endpoint(name, _from_environment(name)))


def fields_from_environment(name: str) -> ConnectionFields:
    """Return all fields of the connection `name` of the environment. Raises as `endpoint_from_environment` does."""
    return _parse(name, lambda: _from_environment(name))


def endpoint_of(name: str, fields: ConnectionFields) -> Endpoint:
    """Return a connection's fields as an endpoint; messages call it `name`. Raises WrongUse for unreadable fields."""
    return _parse(name, lambda: _endpoint(name, fields))


def fields_of(found: Any) -> ConnectionFields:
    """Return the fields of one of Airflow's Connection objects."""
    return ConnectionFields(
        conn_type=found.conn_type or "",
        host=found.host or "",
        port=found.port,
        schema=found.schema or "",
        login=found.login,
        password=found.password,
        extra=found.extra_dejson,
    )


def kind_of(name: str, fields: ConnectionFields) -> str:
    """Return the kind of a connection, `ofd`, `market` or `warehouse`; empty where type and name do not show it.

    A connection of type `http` is Kontur.OFD's where it has an `api_key`, or by its name.
    """
    kind = WAREHOUSE if name == WAREHOUSE else KINDS.get(fields.conn_type)
    if kind is None and fields.conn_type in ("http", "https", ""):
        kind = OFD if fields.extra.get("api_key") else KINDS.get(name)
    return kind or ""


def warehouse_from_environment(name: str = WAREHOUSE) -> str:
    """Return the libpq address of the warehouse by the environment."""
    return _parse(name, lambda: _dsn(_from_environment(name)))


def endpoint_from_airflow(name: str) -> Endpoint:
    """Return the connection `name` in a running Airflow task: from any secrets back end, then the metadata database."""
    return _parse(name, lambda: _endpoint(name, _from_airflow(name)))


def warehouse_from_airflow() -> str:
    """Return the libpq address of the warehouse in a running Airflow task."""
    return _parse(WAREHOUSE, lambda: _dsn(_from_airflow(WAREHOUSE)))


def messenger_from_environment() -> Messenger | None:
    """Return the sender of alerts by the environment; None where there is no connection for it."""
    return _messenger(_from_environment)


def messenger_from_airflow() -> Messenger | None:
    """Return the sender of alerts in a running Airflow task; None where there is no connection for it."""
    return _messenger(_from_airflow)


def channels_from_airflow(name: str) -> list[Messenger]:
    """Return the senders of a connection in a running Airflow task, one for each of its addresses."""
    return _messenger_of(name, _from_airflow).each()


def channels_from_environment(name: str) -> list[Messenger]:
    """Return the senders of a connection by the environment, one for each of its addresses."""
    return _messenger_of(name, _from_environment).each()


def pages_address_from_airflow() -> str:
    """Return the address of the pages, below Airflow's; empty where Airflow does not know its own."""
    from airflow.sdk.configuration import conf

    base = str(conf.get("api", "base_url", fallback="") or "")
    return f"{base.rstrip('/')}/smena" if base.startswith(("http://", "https://")) else ""


def context_from_airflow() -> Context:
    """Return the context of a running Airflow task: steps go to Airflow's log, and Great Expectations is the gate.

    Airflow's processes have imported that library already.
    """
    from smena.airflow.telemetry import listen_to_steps
    from smena.loading.gate_expectations import validate_staged
    from smena.runtime.context import Context

    listen_to_steps()
    return Context(Warehouse(warehouse_from_airflow()), endpoint_from_airflow, gate=validate_staged)


def context_from_environment() -> Context:
    """The context of the command line. It has no gate, because importing Great Expectations takes seconds."""
    from smena.runtime.context import Context

    return Context(Warehouse(warehouse_from_environment()), endpoint_from_environment)


def airflow_from_environment() -> AirflowAddress | None:
    """Return the address of Airflow's REST API: `SMENA_AIRFLOW_URL`, and `…_TOKEN` or `…_USER` and `…_PASSWORD`.

    None where no address is set. Raises WrongUse where neither a token nor a user with a password is set.
    """
    url = SETTINGS.airflow_url
    if not url:
        return None
    from smena.sources.airflow import AirflowAddress

    address = AirflowAddress(url, SETTINGS.airflow_token, SETTINGS.airflow_user, SETTINGS.airflow_password)
    if not address.token and not (address.user and address.password):
        raise WrongUse(
            "SMENA_AIRFLOW_URL is set without anybody to ask as",
            fix="set SMENA_AIRFLOW_TOKEN, or SMENA_AIRFLOW_USER and SMENA_AIRFLOW_PASSWORD",
        )
    return address


def _parse(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except (ValueError, TypeError, AttributeError):
        # A connection contains secrets, and the parser's message may repeat them.
        pass
    raise WrongUse(
        f"the connection `{name}` cannot be read",
        fix=f"give {_variable(name)} as JSON or as a URI, or mend it in Airflow",
    )


def _variable(name: str) -> str:
    return f"AIRFLOW_CONN_{name.upper()}"


def _from_airflow(name: str) -> ConnectionFields:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        found = Connection.get(name)
    except AirflowNotFoundException:
        raise NoConnection(f"there is no connection `{name}`", fix="add it to Airflow (Admin → Connections)") from None
    return fields_of(found)


def _from_environment(name: str) -> ConnectionFields:
    text = os.environ.get(_variable(name), "").strip()
    if text:
        return _from_json(text) if text.startswith("{") else _from_uri(text)
    found = _from_secrets_back_ends(name) if _is_airflow_here() else None
    if found is None:
        raise NoConnection(f"there is no connection `{name}`", fix=f"set {_variable(name)}")
    return found


def _is_airflow_here() -> bool:
    """Whether an Airflow is configured here. Without one it is not imported: that would make a configuration file."""
    home = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()
    words = ("AIRFLOW__SECRETS__BACKEND", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN")
    return any(os.environ.get(word) for word in words) or (home / "airflow.cfg").exists()


def _from_secrets_back_ends(name: str) -> ConnectionFields | None:
    """From Airflow's secrets back ends, then its database; None where none of them has it.

    Of an error only the class is logged: its message may contain a secret.
    """
    # Airflow logs to stdout, which is for the command's answer.
    with redirect_stdout(sys.stderr):
        from airflow.configuration import ensure_secrets_loaded

        for back_end in ensure_secrets_loaded():
            try:
                found = back_end.get_connection(conn_id=name)
            except Exception as error:  # noqa: BLE001 - of somebody else's back end
                logger.warning("secrets back end %s: %s", type(back_end).__name__, type(error).__name__)
                continue
            if found is not None:
                return fields_of(found)
    return None


def _from_json(text: str) -> ConnectionFields:
    fields = json.loads(text)
    extra = fields.get("extra") or {}
    login, password = fields.get("login"), fields.get("password")
    return ConnectionFields(
        conn_type=fields.get("conn_type") or "",
        host=fields.get("host") or "",
        port=int(fields["port"]) if fields.get("port") else None,
        schema=fields.get("schema") or "",
        login=None if login is None else str(login),
        password=None if password is None else str(password),
        extra=_fields(json.loads(extra) if isinstance(extra, str) else extra),
    )


def _from_uri(text: str) -> ConnectionFields:
    scheme, _, rest = text.partition("://")
    # Airflow allows a host with a scheme of its own: http://https://host.
    own, inner, address = rest.partition("://")
    # As in Airflow, a type with an underscore may be written with a hyphen: a scheme has no underscore.
    parts = urlsplit(f"{scheme.replace('_', '-')}://{address if inner and own.isalnum() else rest}")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra = json.loads(query.pop("__extra__")) if "__extra__" in query else query
    host = unquote(parts.hostname or "")
    return ConnectionFields(
        conn_type=scheme.replace("-", "_"),
        host=f"{own}://{_bracketed(host)}" if inner and own.isalnum() else host,
        port=parts.port,
        schema=unquote(parts.path.strip("/")),
        login=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
        extra=_fields(extra),
    )


def _fields(extra: object) -> dict[str, Any]:
    if not isinstance(extra, dict):
        raise TypeError("extra is no object")
    return dict(extra)


def _port(port: int | None) -> int | None:
    if port is not None and not 0 < port < 65_536:
        raise ValueError("no such port")
    return port


def _bracketed(host: str) -> str:
    # One colon is before a port; an IPv6 address has more.
    return f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host


def _endpoint(name: str, fields: ConnectionFields) -> Endpoint:
    if not fields.host.strip():
        raise WrongUse(f"connection `{name}` has no host")
    scheme = next((word for word in (fields.schema, fields.conn_type) if word in ("http", "https")), "https")
    # A host with several colons is an IPv6 address; one colon is before a port.
    host = _bracketed(fields.host) if "://" not in fields.host and fields.host.count(":") > 1 else fields.host
    address = urlsplit(host if "://" in host else f"{scheme}://{host}")
    if address.scheme not in ("http", "https") or not address.hostname:
        raise WrongUse(f"connection `{name}` is not http or https")
    port = _port(fields.port or address.port)
    place = f"{_bracketed(address.hostname)}{f':{port}' if port else ''}"
    base_url = f"{address.scheme}://{place}/{address.path.strip('/')}".rstrip("/")
    return Endpoint(name, base_url, fields.login, fields.password, dict(fields.extra))


def _messenger(fields_of: Callable[[str], ConnectionFields]) -> Messenger | None:
    try:
        return _messenger_of(ALERTS, fields_of)
    except NoConnection:
        return None


def _messenger_of(name: str, fields_of: Callable[[str], ConnectionFields]) -> Messenger:
    from smena.sources.messenger import Messenger

    return Messenger(_parse(name, lambda: _channel(name, fields_of(name))))


def _channel(name: str, fields: ConnectionFields) -> Channel:
    from smena.sources.messenger import Channel

    # In a connection of Telegram a host that is no address is the chat, as in Airflow's own provider.
    is_address = fields.conn_type != "apprise" and (fields.conn_type in ("http", "https") or "://" in fields.host)
    # Some webhooks identify the sender by a key after the question mark.
    _, question, key = fields.host.partition("?")
    extra = dict(fields.extra)
    if fields.conn_type == "telegram" and not is_address and fields.host:
        extra = {"chat_id": fields.host} | extra
    return Channel(
        fields.conn_type,
        base_url=f"{_endpoint(name, fields).base_url}{question}{key}" if is_address else "",
        host=fields.host,
        port=_port(fields.port),
        login=fields.login,
        password=fields.password,
        extra=extra,
        connection=name,
    )


def _dsn(fields: ConnectionFields) -> str:
    if not fields.host or not fields.schema:
        raise WrongUse(f"connection `{WAREHOUSE}` has no host or no database", fix="its database is its schema")
    user = quote(fields.login or "", safe="")
    password = f":{quote(fields.password, safe='')}" if fields.password else ""
    # Airflow's connection may have fields that libpq does not know.
    extra = {key: str(value) for key, value in fields.extra.items() if key in _OF_LIBPQ and value is not None}
    if fields.host.startswith("/"):  # a socket
        host, extra = "", extra | {"host": fields.host}
    else:
        host = _bracketed(fields.host)
        if not _HOST.fullmatch(host):
            raise ValueError("no such host")
    port = f":{_port(fields.port)}" if fields.port else ""
    options = f"?{urlencode(extra, quote_via=quote)}" if extra else ""
    return f"postgresql://{user}{password}@{host}{port}/{quote(fields.schema, safe='')}{options}"
