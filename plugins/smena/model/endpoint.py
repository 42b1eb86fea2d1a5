"""Where an outside system is and how to enter it: what a connection says, without Airflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A connection's fields. Secrets stay out of its text.

    Attributes:
        name: the connection's id, for messages.
        base_url: scheme, host and port with the path if there is one, no trailing slash; empty for a database.
        login, password: as the connection gives them; None where absent.
        extra: the connection's extra fields.
    """

    name: str
    base_url: str
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)
