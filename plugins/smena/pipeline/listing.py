"""What a service tells of every register, or of every shop, of an organisation, with its answers as evidence."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from smena.integration import planning
from smena.model.errors import RefusedByService
from smena.model.identifiers import clean_inn, is_inn
from smena.model.organization import Organization
from smena.model.window import OFD
from smena.pipeline.road import Road
from smena.sources.listing import Broken
from smena.sources.market_listing import list_organizations as list_market_organizations
from smena.sources.ofd import OfdClient
from smena.sources.ofd_listing import list_cashboxes, list_organizations
from smena.sources.page import Page
from smena.warehouse.database import Transaction, Warehouse, as_json
from smena.warehouse.pages import PageStore


@dataclass
class Listing(ABC):
    """One asking for the list.

    Attributes:
        listed: registers as `planning.record_registers` takes them, or shops as `planning.record_shops` does.
        broken: entries that cannot be read, and why.
        pages: the answers, by method.
        requests, retries: how many were sent, and how many of them were not the first attempt.
    """

    listed: list[dict[str, Any]] = field(default_factory=list)
    broken: list[Any] = field(default_factory=list)
    pages: list[tuple[str, Page]] = field(default_factory=list)
    requests: int = 0
    retries: int = 0

    @property
    def unidentified(self) -> list[str]:
        """Why entries cannot be read: which register or shop each stands for is not known."""
        return [one["reason"] for one in self.broken]

    @abstractmethod
    def ask(self, road: Road, organization: Organization) -> None:
        """Asks; what came before an error is there. Raises RefusedByService and PassingFault."""

    @abstractmethod
    def record(self, transaction: Transaction, inn: str, *, seen_at: datetime, today: date, latest: datetime) -> None:
        """Keeps what was listed, as of today; `latest` is what no register's clock can show yet."""

    def keep(self, warehouse: Warehouse, batch_id: int) -> None:
        """Puts the answers down as evidence of a batch."""
        for method, page in self.pages:
            PageStore(warehouse, batch_id).add(
                fetch_id=int(warehouse.rows("fetch_id")[0]["fetch_id"]),
                kkt_reg_id=None,
                method=method,
                address=page.address,
                status=page.status,
                fetched_at=page.fetched_at,
                body=page.body,
            )
        if self.broken:
            warehouse.run("plan_broken_registers", batch_id=batch_id, broken=as_json(self.broken))


class RegisterListing(Listing):
    """The operator's registers."""

    def ask(self, road: Road, organization: Organization) -> None:
        client = road.ofd(organization)
        try:
            page = client.organizations()
            self.pages.append(("organizations", page))
            shown, unreadable = list_organizations(page.body)
            self.broken += [one for one in unreadable if may_be_of(one, organization.inn)]
            known = [one for one in shown if one.inn == organization.inn]
            if not known:
                raise RefusedByService(
                    f"Kontur.OFD shows no organisation with INN {organization.inn} to this login and key",
                    status=200,
                    fix="give the integrator's key access to the organisation",
                )
            for told in known:
                self._ask_registers(client, told.id)
        finally:
            self.requests, self.retries = client.traffic.total(), client.retries.total()
            client.close()

    def record(self, transaction: Transaction, inn: str, *, seen_at: datetime, today: date, latest: datetime) -> None:
        planning.record_registers(transaction, inn, self.listed, seen_at=seen_at, today=today, latest=latest)

    def _ask_registers(self, client: OfdClient, ofd_organization_id: str) -> None:
        page = client.cashboxes(ofd_organization_id)
        self.pages.append(("cashboxes", page))
        cashboxes, broken = list_cashboxes(page.body)
        self.broken += broken
        self.listed += [asdict(cashbox) | {"ofd_organization_id": ofd_organization_id} for cashbox in cashboxes]


class ShopListing(Listing):
    """Market's shops, paid for or not."""

    def ask(self, road: Road, organization: Organization) -> None:
        client = road.market(organization)
        shops: dict[str, dict[str, Any]] = {}
        is_known = False
        try:
            for page in client.organizations():
                self.pages.append(("market_organizations", page))
                known, broken = list_market_organizations(page.body)
                self.broken += [one for one in broken if may_be_of(one, organization.inn)]
                for told in known:
                    if told.inn == organization.inn:
                        is_known = True
                        shops |= {shop.id: asdict(shop) | {"shop_id": shop.id} for shop in told.shops}
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

    def record(self, transaction: Transaction, inn: str, *, seen_at: datetime, today: date, latest: datetime) -> None:  # noqa: ARG002 - a shop has no clock
        planning.record_shops(transaction, inn, self.listed, seen_at=seen_at)


def may_be_of(broken: Broken, inn: str) -> bool:
    """Whether an entry that cannot be read may be of this organisation: it does not name another's ИНН."""
    try:
        entry = json.loads(broken["record"])
    except ValueError:
        return True
    named = next((value for key, value in entry.items() if key.lower() == "inn"), "") if isinstance(entry, dict) else ""
    other = clean_inn(str(named))
    return other == inn or not is_inn(other)


def listing_of(product: str) -> Listing:
    """A listing that was not asked for yet."""
    return RegisterListing() if product == OFD else ShopListing()
