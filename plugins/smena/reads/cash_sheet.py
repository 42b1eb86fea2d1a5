"""The printed sheet of the cash book (КО-4) of a day, for the command line and the pages."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

from smena.messages import message
from smena.model.money import kopecks
from smena.reads.cash_book import balance, booking_organization, sheet
from smena.warehouse.database import Row, Transaction

if TYPE_CHECKING:
    from smena.reports.cash_book import CashBookDay


def sheet_of(transaction: Transaction, inn: str, kpp: str, day: date) -> CashBookDay | None:
    """Return a day of a cash book with its balance, if that is known; None if no cash moved.

    Raises WrongUse if the organisation is not registered.
    """
    organization = booking_organization(transaction, inn)
    rows = sheet(transaction, inn, kpp, day)
    if not rows:
        return None
    # Imported here, because the library of PDF takes long to import.
    from smena.reports.cash_book import CashBookDay, CashBookEntry
    from smena.reports.orders import Signatories

    entries = [
        CashBookEntry(row["kind"], row["number"], _named(row), row["account"], kopecks(row["amount"])) for row in rows
    ]
    opening = balance(transaction, inn, kpp, day)
    signatories = Signatories(**{one.name: getattr(organization, one.name) for one in fields(Signatories)})
    return CashBookDay(
        organization.name, inn, kpp, day, entries, None if opening is None else kopecks(opening), signatories
    )


def _named(row: Row) -> str:
    """Return from or to whom the cash went; for a movement entered without that, what it was: «Сдано в банк»."""
    counterparty: str = row["counterparty"].strip()
    if counterparty or row["word"] is None:
        return counterparty
    return message(f"movement_{row['word']}", context="page")
