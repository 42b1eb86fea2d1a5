"""The shops of an organisation, as Kontur.Market lists them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from smena.model.errors import RefusedByService
from smena.model.organization import Organization
from smena.planning import wanted
from smena.runtime.context import Context
from smena.runtime.listing import Listing, may_be_of
from smena.sources.market_listing import list_organizations
from smena.warehouse.database import Transaction


class ShopListing(Listing):
    """Market's shops, paid for or not."""

    def ask(self, context: Context, organization: Organization) -> None:
        client = context.market(organization)
        shops: dict[str, dict[str, Any]] = {}
        is_known = False
        try:
            for page in client.organizations():
                self.pages.append(("market_organizations", page))
                known, broken = list_organizations(page.body)
                self.broken += [one for one in broken if may_be_of(one, organization.inn)]
                for shown in known:
                    if shown.inn == organization.inn:
                        is_known = True
                        shops |= {shop.id: asdict(shop) | {"shop_id": shop.id} for shop in shown.shops}
        finally:
            self.requests, self.retries = client.traffic.total(), client.retries.total()
            client.close()
        if not is_known:
            raise RefusedByService(
                f"Kontur.Market shows no organisation with INN {organization.inn} to this key",
                status=200,
                fix="give the key access to the organisation",
            )
        self.listed = list(shops.values())
        self.is_whole = True

    def record(self, transaction: Transaction, inn: str, *, seen_at: datetime, today: date, latest: datetime) -> None:  # noqa: ARG002 - a shop has no clock
        wanted.record_shops(transaction, inn, self.listed, seen_at=seen_at, today=today)
