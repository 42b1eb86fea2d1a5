"""The printed journal КО-3 of an organisation's days, for the command line and the pages."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from smena.messages import message
from smena.model.money import kopecks
from smena.reads.cash_book import JOURNAL, booking_organization, journal
from smena.warehouse.database import Transaction

_NOTED = ("rejected", "reversed")
"""The notes that are printed; `entered` is not."""

if TYPE_CHECKING:
    from smena.reports.journal import Journal


def journal_of(
    transaction: Transaction, inn: str, kpp: str | None, first_day: date, last_day: date, *, most: int | None = None
) -> Journal:
    """Return the journal of all cash books, or of one: at most the first `most` orders.

    Raises WrongUse if the organisation is not registered.
    """
    # Imported here, because the library of PDF takes long to import.
    from smena.reports.journal import Journal, JournalEntry
    from smena.reports.orders import Signatories

    organization = booking_organization(transaction, inn)
    entries = []
    for values in journal(transaction, inn, kpp, first_day, last_day, most=most):
        row: dict[str, Any] = dict(zip(JOURNAL, values, strict=True))
        note = message(f"journal_{row['note']}", context="print") if row["note"] in _NOTED else ""
        entries.append(JournalEntry(row["kind"], row["day"], row["number"], kopecks(row["amount"]), note))
    signatories = Signatories(**{one.name: getattr(organization, one.name) for one in fields(Signatories)})
    return Journal(organization.name, inn, kpp or "", first_day, last_day, entries, signatories)
