"""Kontur.OFD as a product: its units are registers, its documents z-reports, totals and receipts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from smena.loading.ofd.extract import fetch
from smena.loading.ofd.listing import RegisterListing
from smena.loading.ofd.work import work
from smena.model.organization import Organization
from smena.runtime.context import Context
from smena.runtime.listing import Listing
from smena.runtime.product import Asking, Chunk, Client, Implementation, Shard
from smena.transform.decoded import Decoded
from smena.warehouse.pages import StoredPage


class KonturOfd(Implementation):
    """Fiscal shifts from the operator Kontur.OFD."""

    def listing(self) -> Listing:
        return RegisterListing()

    def client(self, context: Context, organization: Organization) -> Client:
        return context.ofd(organization)

    def fetch(self, asking: Asking, states: Sequence[str]) -> None:
        fetch(asking, states)

    def work(self, pages: list[StoredPage], of: Shard, now: datetime, decoded: Decoded) -> Chunk:
        now_utc = now.astimezone(UTC).replace(tzinfo=None)
        return work(pages, of.batch, of.settings, now_utc, decoded.take)
