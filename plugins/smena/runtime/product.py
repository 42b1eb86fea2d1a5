"""The part of a load that depends on the product: list its units, request a window, make rows of the answers.

A unit is a register of the OFD or a shop of Market.

Everything else (planning, sharding, staging, publishing, coverage, gaps, summaries) is the same for all products.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Protocol

import pandas as pd

from smena.model.errors import BrokenPromise, PassingFault
from smena.model.organization import Organization, SettingsInForce
from smena.model.product import product_of
from smena.quality import Verdict
from smena.runtime.context import Context
from smena.runtime.listing import Listing
from smena.transform.decoded import Decoded
from smena.transform.market.frames import DOCUMENT_LINES, DOCUMENTS
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch
from smena.warehouse.pages import PageStore, StoredPage


class Client(Protocol):
    """A connection to a service, with counts of what was sent over it."""

    @property
    def traffic(self) -> Counter[str]: ...

    @property
    def retries(self) -> Counter[str]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard of a batch that is being loaded; settings cover each day once."""

    context: Context
    batch: Batch
    shard: int
    settings: Sequence[SettingsInForce]

    @property
    def organization(self) -> Organization:
        """The organisation with its newest settings."""
        return self.settings[-1].organization


@dataclass
class Extraction:
    """How the assignments of a shard ended: their counts by state, and the first temporary fault.

    `splits` is how many windows were too large and became two assignments, which are fetched next.
    """

    batch_id: int
    shard: int
    states: dict[str, int] = field(default_factory=dict)
    fault: PassingFault | None = None
    splits: int = 0

    def count(self, state: str, assignments: int = 1) -> None:
        self.states[state] = self.states.get(state, 0) + assignments


@dataclass(frozen=True, slots=True)
class Asking:
    """The arguments of `fetch` for the assignments of a shard; `result` counts how they ended."""

    of: Shard
    client: Client
    pages: PageStore
    result: Extraction
    decoded: Decoded


@dataclass(frozen=True, slots=True)
class Chunk:
    """The rows made of some pages: rows to publish, rows for quarantine (with their `step`), results of the checks.

    Attributes:
        shifts: SHIFTS of an operator, TILL_SHIFTS of an inventory system.
        orders: ORDERS that these shifts propose.
        rejects: REJECTS with the column `step`. Shifts without a z-report and open shifts are among them until publish
            compares them with the warehouse.
        verdicts: the results of each check.
        documents, lines: DOCUMENTS and DOCUMENT_LINES of an inventory system.
    """

    shifts: pd.DataFrame
    orders: pd.DataFrame
    rejects: pd.DataFrame
    verdicts: tuple[Verdict, ...]
    documents: pd.DataFrame = field(default_factory=DOCUMENTS.empty)
    lines: pd.DataFrame = field(default_factory=DOCUMENT_LINES.empty)


class Implementation(ABC):
    """The steps of a load that only the product knows. One object serves every load and keeps no state."""

    @abstractmethod
    def listing(self) -> Listing:
        """Return a new list of the product's units, which is not requested yet."""

    @abstractmethod
    def client(self, context: Context, organization: Organization) -> Client:
        """Return a connection with the organisation's login. The caller closes it."""

    @abstractmethod
    def fetch(self, asking: Asking, states: Sequence[str]) -> None:
        """Fetch the missing pages of the assignments in these states, and mark how each ended (see `fetch_all`)."""

    @abstractmethod
    def work(self, pages: list[StoredPage], of: Shard, now: datetime, decoded: Decoded) -> Chunk:
        """Return the rows made of these pages. Pure.

        Args:
            pages: all pages of each assignment among them.
            of: the shard of the pages.
            now: the present moment, with a zone.
            decoded: the contents of pages that were decoded when they were fetched.
        """

    def parts(self, pages: list[StoredPage]) -> Iterable[list[StoredPage]]:
        """Return the pages in parts, each the input of one call of `work`. One part by default."""
        return [pages]

    def write_documents(self, transaction: Transaction, batch: Batch) -> None:  # noqa: B027 - most products have none
        """Write documents that are no shifts, and the table `decided_document`, in the publishing transaction."""

    def after_publishing(self, context: Context, batch: Batch, ends_at: float) -> None:  # noqa: B027 - most products have none
        """Do work after a batch was published, until `ends_at` of `time.monotonic`: no document depends on it."""


@cache
def implementation_of(product: str) -> Implementation:
    """Return the implementation of a product, imported by the first call.

    Raises WrongUse for an unknown product, BrokenPromise if its implementation cannot be found.
    """
    place = product_of(product).implementation
    module, _, name = place.partition(":")
    found = getattr(import_module(module), name, None)
    if not isinstance(found, type) or not issubclass(found, Implementation):
        raise BrokenPromise(f"{place} of the product {product} is no implementation of a product")
    made: Implementation = found()
    return made
