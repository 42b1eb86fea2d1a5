"""Switching an integration on from a date, and off."""

from __future__ import annotations

from datetime import date
from typing import Any

from smena.integration.organizations import organization_of
from smena.model.errors import WrongUse
from smena.warehouse.database import Row, Transaction, Warehouse

ON, OFF = "on", "off"


def enable(
    transaction: Transaction, *, inn: str, product: str, start_date: date, changed_by: str, reason: str = ""
) -> Row:
    """Switches a product on from `start_date`; the same again changes nothing.

    Raises WrongUse where the tariff gives no right to it, or where it is on from another date already.
    """
    organization = organization_of(transaction, inn)
    if organization.tariff != "uchetny" and organization.modifier != "accounting_hr":
        raise WrongUse(
            f"organisation {inn} has no right to the integration",
            fix="it needs the tariff `uchetny` (Учетный) or the modifier `accounting_hr` (Бухучет и кадры)",
        )
    transaction.run("lock_organization", inn=inn)
    now = status(transaction, inn, product)
    if now and now[0]["state"] == ON:
        if now[0]["start_date"] == start_date:
            return now[0]
        raise WrongUse(
            f"{product} of {inn} is on already, from {now[0]['start_date']}", fix="disable it before another date"
        )
    return _switch(transaction, inn, product, ON, start_date, changed_by, reason)


def disable(transaction: Transaction, *, inn: str, product: str, changed_by: str, reason: str = "") -> Row:
    """Switches a product off; what was loaded stays. Raises WrongUse where it is not on."""
    organization_of(transaction, inn)
    transaction.run("lock_organization", inn=inn)
    now = status(transaction, inn, product)
    if not now or now[0]["state"] == OFF:
        raise WrongUse(f"{product} of {inn} is not on")
    return _switch(transaction, inn, product, OFF, now[0]["start_date"], changed_by, reason)


def status(transaction: Transaction | Warehouse, inn: str | None = None, product: str | None = None) -> list[Row]:
    """Where integrations stand: one row an organisation and product."""
    return transaction.rows("integrations", inn=inn, product=product)


def enabled(transaction: Transaction | Warehouse, product: str) -> list[Row]:
    """Integrations of a product that are on."""
    return [row for row in status(transaction, product=product) if row["state"] == ON]


def required(transaction: Transaction | Warehouse, inn: str, product: str) -> Row:
    """The integration of an organisation, which must be on. Raises WrongUse where it is not."""
    rows = status(transaction, inn, product)
    if not rows or rows[0]["state"] != ON:
        raise WrongUse(
            f"{product} of {inn} is not switched on",
            fix=f"run `smena integration enable --inn {inn} --product {product} --from DATE`",
        )
    return rows[0]


def _switch(
    transaction: Transaction, inn: str, product: str, state: str, start_date: date, changed_by: str, reason: str
) -> Row:
    parameters: dict[str, Any] = {"start_date": start_date, "reason": reason, "changed_by": changed_by}
    transaction.run("integration_switch", inn=inn, product=product, state=state, **parameters)
    return status(transaction, inn, product)[0]
