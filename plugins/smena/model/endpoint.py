"""Address and credentials of an outside system, as an Airflow connection has them, without Airflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The fields of a connection. Its `repr` shows no secrets.

    Attributes:
        name: the connection's id, for messages.
        base_url: scheme, host, port and path, if any, without a trailing slash; empty for a database.
        login, password: those of the connection; None where absent.
        extra: the connection's extra fields.
    """

    name: str
    base_url: str
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)
