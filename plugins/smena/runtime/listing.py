"""A service's list of the registers, or of the shops, of an organisation, with its answers as evidence."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from smena.model.identifiers import clean_inn, is_inn
from smena.model.organization import Organization
from smena.runtime.context import Context
from smena.sources.listing import Broken
from smena.sources.page import Page
from smena.warehouse.database import Transaction, Warehouse, as_json
from smena.warehouse.pages import PageStore


@dataclass
class Listing(ABC):
    """One request for the list.

    Attributes:
        listed: registers as `planning.record_registers` takes them, or shops as `planning.record_shops` does.
        broken: unreadable entries, and why.
        unlisted: by the operator's id, why an organisation of this ИНН could not be listed while another one could.
        pages: the answers, by method.
        is_whole: whether every list was requested and answered.
        requests, retries: requests sent, and those that were not the first attempt.
    """

    listed: list[dict[str, Any]] = field(default_factory=list)
    broken: list[Any] = field(default_factory=list)
    unlisted: dict[str, str] = field(default_factory=dict)
    pages: list[tuple[str, Page]] = field(default_factory=list)
    is_whole: bool = False
    requests: int = 0
    retries: int = 0

    @property
    def unidentified(self) -> list[str]:
        """The reasons of unreadable entries: their registers or shops are not known."""
        return [one["reason"] for one in self.broken]

    @abstractmethod
    def ask(self, context: Context, organization: Organization) -> None:
        """Request the list; answers before an error stay in `pages`. Raises RefusedByService and PassingFault."""

    @abstractmethod
    def record(self, transaction: Transaction, inn: str, *, seen_at: datetime, today: date, latest: datetime) -> None:
        """Store the listed units as of today; `latest` is the latest time that a register's clock can show."""

    def keep(self, warehouse: Warehouse, batch_id: int) -> None:
        """Store the answers as evidence of a batch."""
        for method, page in self.pages:
            PageStore(warehouse, batch_id).add(
                fetch_id=int(warehouse.rows("fetch_id")[0]["fetch_id"]),
                unit_id=None,
                method=method,
                address=page.address,
                status=page.status,
                fetched_at=page.fetched_at,
                body=page.body,
            )
        if self.broken:
            warehouse.run("plan_broken_registers", batch_id=batch_id, broken=as_json(self.broken))
        if self.is_whole:
            warehouse.run("plan_mended_registers", batch_id=batch_id, broken=as_json(self.broken))


def may_be_of(broken: Broken, inn: str) -> bool:
    """Whether an unreadable entry may be of this organisation: it names no other ИНН."""
    try:
        entry = json.loads(broken["record"])
    except ValueError:
        return True
    named = next((value for key, value in entry.items() if key.lower() == "inn"), "") if isinstance(entry, dict) else ""
    other = clean_inn(str(named))
    return other == inn or not is_inn(other)
