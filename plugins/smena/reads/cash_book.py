"""The cash book (КО-4) with its balance, and the journal of cash orders (КО-3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from smena.model.errors import WrongUse
from smena.model.organization import Organization
from smena.warehouse.database import Row, Transaction, Warehouse

JOURNAL = ("kind", "day", "number", "amount", "note", "counterparty", "kpp", "basis")
"""Columns of the journal, in order."""


@dataclass(frozen=True, slots=True)
class BookDay:
    """A day of a cash book on which cash moved.

    Attributes:
        received, given: turnovers, roubles.
        opening, closing: the balance at the beginning and at the end, roubles; None if no opening balance was
            entered or the day lies before it.
        limit_amount: the most cash at the day's end; None if there is no limit.
    """

    day: date
    received: Decimal
    given: Decimal
    entries: int
    opening: Decimal | None
    closing: Decimal | None
    limit_amount: Decimal | None

    @property
    def over_limit(self) -> Decimal | None:
        """Roubles by which the closing balance exceeds the limit; None if it does not, or either is not known."""
        if self.closing is None or self.limit_amount is None or self.closing <= self.limit_amount:
            return None
        return self.closing - self.limit_amount

    @property
    def is_below_nothing(self) -> bool:
        """Whether the closing balance is negative: a receipt is missing, or the opening balance is wrong."""
        return self.closing is not None and self.closing < 0


def books(database: Transaction | Warehouse, inn: str, today: date) -> list[Row]:
    """Return the cash books of an organisation by КПП, each with its opening balance and its limit on `today`."""
    return database.rows("cash_books", inn=inn, today=today)


def days(database: Transaction | Warehouse, inn: str, kpp: str, first_day: date, last_day: date) -> list[BookDay]:
    """Return the days of a cash book on which cash moved, in order."""
    rows = database.rows("cash_days", inn=inn, kpp=kpp, first_day=first_day, last_day=last_day)
    return [BookDay(**row) for row in rows]


def balance(database: Transaction | Warehouse, inn: str, kpp: str, day: date) -> Decimal | None:
    """Return the cash at the beginning of a day in roubles; None if it is not known."""
    row = database.row("cash_balance", inn=inn, kpp=kpp, day=day)
    return None if row is None else row["balance"]


def booking_organization(database: Transaction | Warehouse, inn: str) -> Organization:
    """Return the organisation that has the book, with its signatories. Raises WrongUse if it is not registered."""
    row = database.row("organizations", inn=inn)
    if row is None:
        raise WrongUse(f"organisation {inn} is not registered", fix="run `smena organization add` first")
    return Organization(**row)


def sheet(database: Transaction | Warehouse, inn: str, kpp: str, day: date) -> list[Row]:
    """Return the cash orders and movements of a book on a day, in the order of the sheet."""
    return database.rows("print_cash_book", inn=inn, kpp=kpp, day=day)


def movements(
    database: Transaction | Warehouse, inn: str, kpp: str | None, first_day: date, last_day: date, *, most: int
) -> list[Row]:
    """Return the movements that were entered or imported, reversed or not, the newest day first."""
    return database.rows("cash_movements", inn=inn, kpp=kpp, first_day=first_day, last_day=last_day, most=most)


def journal(
    database: Transaction,
    inn: str,
    kpp: str | None,
    first_day: date,
    last_day: date,
    *,
    kind: str | None = None,
    most: int | None = None,
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of the journal КО-3, columns as in JOURNAL; `note`: `rejected`, `reversed`, `entered` or empty."""
    return database.stream(
        "cash_journal", chunk_rows=2000, inn=inn, kpp=kpp, first_day=first_day, last_day=last_day, kind=kind, most=most
    )
