"""Kontur.Market as a product: its units are shops, its documents cheques and waybills."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from smena.loading.market.documents import write_documents
from smena.loading.market.extract import fetch
from smena.loading.market.listing import ShopListing
from smena.loading.market.product_names import learn_names
from smena.loading.market.work import by_window, work
from smena.model.organization import Organization
from smena.runtime.context import Context
from smena.runtime.listing import Listing
from smena.runtime.product import Asking, Chunk, Client, Implementation, Shard
from smena.transform.decoded import Decoded
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch
from smena.warehouse.pages import StoredPage


class KonturMarket(Implementation):
    """Till shifts, cashless revenue, goods sold and incoming waybills from the inventory system Kontur.Market."""

    def listing(self) -> Listing:
        return ShopListing()

    def client(self, context: Context, organization: Organization) -> Client:
        return context.market(organization)

    def fetch(self, asking: Asking, states: Sequence[str]) -> None:
        fetch(asking, states)

    def work(self, pages: list[StoredPage], of: Shard, now: datetime, decoded: Decoded) -> Chunk:  # noqa: ARG002 - cheques are decoded once
        now_local = now.astimezone(ZoneInfo(of.organization.timezone)).replace(tzinfo=None)
        days_are_over = not of.batch.is_same_day
        return work(pages, of.settings, pages[0].first_day, pages[0].last_day, now_local, days_are_over=days_are_over)

    def parts(self, pages: list[StoredPage]) -> Iterable[list[StoredPage]]:
        return by_window(pages)

    def write_documents(self, transaction: Transaction, batch: Batch) -> None:
        write_documents(transaction, batch)

    def after_publishing(self, context: Context, batch: Batch, ends_at: float) -> None:
        if not batch.is_same_day:
            learn_names(context, batch, ends_at)
