"""The registers of an organisation, as Kontur.OFD lists them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from smena.model.errors import (
    PassingFault,
    RefusedByService,
    RefusedLogin,
    SmenaError,
    UnreadableAnswer,
    WrongUse,
    stored_of,
)
from smena.model.organization import Organization
from smena.model.unexpected import contained
from smena.planning import wanted
from smena.runtime.context import Context
from smena.runtime.listing import Listing, may_be_of
from smena.sources.ofd import OfdClient
from smena.sources.ofd_listing import list_cashboxes, list_organizations
from smena.warehouse.database import Transaction


class RegisterListing(Listing):
    """The operator's registers."""

    def ask(self, context: Context, organization: Organization) -> None:
        client = context.ofd(organization)
        try:
            page = client.organizations()
            self.pages.append(("organizations", page))
            # A legal entity may be listed several times, once for each of its parts, and a part twice.
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
        wanted.record_registers(transaction, inn, self.listed, seen_at=seen_at, today=today, latest=latest)

    def _ask_each(self, client: OfdClient, ofd_organization_ids: list[str]) -> None:
        """Request the registers of each organisation; if one cannot be listed, the others still are.

        Raises the first error if none could be listed; RefusedLogin, WrongUse and a fault of the connection at once.
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
"""Digits of a РНМ: of two spellings that differ in leading zeros, requests use the one of this length."""


def each_once(registers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the listed registers, each once: a register may be in one list twice, and in several lists.

    Entries of one РНМ, however it is padded, are one register. The widest permission counts, and requests go through
    the organisation that grants it. The first document is the oldest of all entries, the last document the newest;
    other fields are those of the first entry that has them.
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
        for name in ("kpp", "name", "address", "sales_point", "addresses"):
            known[name] = known.get(name) or one.get(name)
    return list(merged.values())


def _days_permitted(register: dict[str, Any]) -> int:
    """How many days an entry permits to be read; of two equal entries `max` takes the first."""
    first, last = register["permission_from"] or date.min, register["permission_to"] or date.max
    return (last - first).days
