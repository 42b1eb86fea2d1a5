"""An answer as it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a service: the bytes as they came, and its address without secrets.

    `fetched_at` has a zone.
    """

    method: str
    address: str
    status: int
    body: bytes
    fetched_at: datetime
