"""What a product does in a load: it lists its units, asks for a window, and makes rows of the answers.

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
    """How the assignments of a shard ended: their counts by state, and the first fault that may pass.

    `splits` is how many windows were too large and became two, which are to be fetched then.
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
    """What `fetch` needs for the assignments of a shard; `result` counts how they ended."""

    of: Shard
    client: Client
    pages: PageStore
    result: Extraction
    decoded: Decoded


@dataclass(frozen=True, slots=True)
class Chunk:
    """What came of some pages: rows to publish, rows for quarantine (with their `step`), results of the checks.

    Attributes:
        shifts: SHIFTS of an operator, TILL_SHIFTS of an inventory system.
        orders: ORDERS that these shifts propose.
        rejects: REJECTS with the column `step`. Shifts whose z-report did not come, and shifts that are open, are
            among them until publish knows what the warehouse has of them.
        verdicts: of each check.
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
        """A new list of the product's units, not requested yet."""

    @abstractmethod
    def client(self, context: Context, organization: Organization) -> Client:
        """A connection with the organisation's login. The caller closes it."""

    @abstractmethod
    def fetch(self, asking: Asking, states: Sequence[str]) -> None:
        """Fetches what the assignments in these states lack, and marks how each ended (`fetching.fetch_all`)."""

    @abstractmethod
    def work(self, pages: list[StoredPage], of: Shard, now: datetime, decoded: Decoded) -> Chunk:
        """Rows of these pages. Pure; `now` has a zone.

        Args:
            pages: all pages of each assignment among them.
            of: whose pages they are.
            now: the present moment.
            decoded: what was decoded of the pages when they were fetched.
        """

    def parts(self, pages: list[StoredPage]) -> Iterable[list[StoredPage]]:
        """Pages in parts, each of which is worked on at once. All together by default."""
        return [pages]

    def write_documents(self, transaction: Transaction, batch: Batch) -> None:  # noqa: B027 - most products have none
        """Writes documents beside the shifts, in the publishing transaction, into `decided_document` too."""

    def after_publishing(self, context: Context, batch: Batch, ends_at: float) -> None:  # noqa: B027 - most products have none
        """What is done after a batch was published, until `ends_at` of `time.monotonic`: no document depends on it."""


@cache
def implementation_of(product: str) -> Implementation:
    """The implementation of a product, imported when it is asked for first.

    Raises WrongUse for an unknown product, BrokenPromise where its implementation cannot be found.
    """
    place = product_of(product).implementation
    module, _, name = place.partition(":")
    found = getattr(import_module(module), name, None)
    if not isinstance(found, type) or not issubclass(found, Implementation):
        raise BrokenPromise(f"{place} of the product {product} is no implementation of a product")
    made: Implementation = found()
    return made
