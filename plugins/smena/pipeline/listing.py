"""What a service tells of every register, or of every shop, of an organisation, with its answers as evidence."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from smena.integration import planning
from smena.model.containing import contained
from smena.model.errors import (
    PassingFault,
    RefusedByService,
    RefusedLogin,
    SmenaError,
    UnreadableAnswer,
    WrongUse,
    stored_of,
)
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
        unlisted: by the operator's id, why an organisation of this ИНН could not be listed though another one was.
        pages: the answers, by method.
        is_whole: whether every list was asked for, and answered.
        requests, retries: how many were sent, and how many of them were not the first attempt.
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


class RegisterListing(Listing):
    """The operator's registers."""

    def ask(self, road: Road, organization: Organization) -> None:
        client = road.ofd(organization)
        try:
            page = client.organizations()
            self.pages.append(("organizations", page))
            # A legal entity may be there several times, once for each of its parts, and a part twice.
            shown, unreadable = list_organizations(page.body)
            self.broken += [one for one in unreadable if may_be_of(one, organization.inn)]
            known = list(dict.fromkeys(one.id for one in shown if one.inn == organization.inn))
            if not known:
                raise RefusedByService(
                    f"Kontur.OFD shows no organisation with INN {organization.inn} to this login and key",
                    status=200,
                    fix="give the integrator's key access to the organisation",
                )
            self._ask_each(client, known)
            self.is_whole = not self.unlisted
        finally:
            self.requests, self.retries = client.traffic.total(), client.retries.total()
            client.close()

    def record(self, transaction: Transaction, inn: str, *, seen_at: datetime, today: date, latest: datetime) -> None:
        planning.record_registers(transaction, inn, self.listed, seen_at=seen_at, today=today, latest=latest)

    def _ask_each(self, client: OfdClient, ofd_organization_ids: list[str]) -> None:
        """Asks for the registers of each; one that cannot be listed costs the others nothing, unless all cannot.

        Raises the first error where none could be listed, RefusedLogin and a fault of the connection at once.
        """
        errors: dict[str, SmenaError] = {}
        for one in ofd_organization_ids:
            try:
                page = client.cashboxes(one)
                self.pages.append(("cashboxes", page))
            except (RefusedLogin, WrongUse):
                raise
            except Exception as error:
                if isinstance(error, PassingFault) and not isinstance(error, UnreadableAnswer):
                    raise
                errors[one] = contained(error, f"registers of organisation {one}")
                continue
            try:
                cashboxes, broken = list_cashboxes(page.body)
            except Exception as error:  # noqa: BLE001 - the border of a list
                errors[one] = contained(error, f"registers of organisation {one}")
                continue
            self.broken += broken
            self.listed += [asdict(cashbox) | {"ofd_organization_id": one} for cashbox in cashboxes]
        if errors and len(errors) == len(ofd_organization_ids):
            raise next(iter(errors.values()))
        self.unlisted = {one: stored_of(error) for one, error in errors.items()}
        self.listed = each_once(self.listed)


DIGITS_OF_REGISTER = 16
"""Digits of a РНМ: of two spellings that differ in zeros before it, this one is asked for."""


def each_once(registers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Registers as they were listed, each once: a register may be in one list twice, and in several lists.

    Entries of one РНМ, however it is padded, are one register. The widest permission counts, and the register is asked
    for through the organisation that gives it; the first document is the oldest, and the newest one the newest, that
    any entry names; the rest is of the first entry.
    """
    merged: dict[str, dict[str, Any]] = {}
    for one in registers:
        key = one["kkt_reg_id"].lstrip("0")
        known = merged.get(key)
        if known is None:
            merged[key] = dict(one)
            continue
        widest = max((known, one), key=_days_permitted)
        known |= {name: widest[name] for name in ("permission_from", "permission_to", "ofd_organization_id")}
        spelled = (known["kkt_reg_id"], one["kkt_reg_id"])
        known["kkt_reg_id"] = next((name for name in spelled if len(name) == DIGITS_OF_REGISTER), spelled[0])
        for name, best in (("first_document_at", min), ("last_document_at", max)):
            known[name] = best((each[name] for each in (known, one) if each[name] is not None), default=None)
        for name in ("kpp", "name", "address"):
            known[name] = known[name] or one[name]
    return list(merged.values())


def _days_permitted(register: dict[str, Any]) -> int:
    """How many days may be read of an entry; of two that permit as many, the first counts."""
    first, last = register["permission_from"] or date.min, register["permission_to"] or date.max
    return (last - first).days


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
        self.is_whole = True

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
