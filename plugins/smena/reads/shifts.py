"""Shifts of an organisation, in pages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from smena.warehouse.database import Row, Transaction, Warehouse


@dataclass(frozen=True, slots=True)
class ShiftFilter:
    """Which shifts are wanted, by the day of their closing, their outcome and their source; None is any."""

    inn: str
    first_day: date | None = None
    last_day: date | None = None
    outcome: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class ShiftPlace:
    """The last shift of a page; the next page begins after it. `closed_at` is the register's local time."""

    closed_at: datetime
    shift_id: str


def page_of_shifts(
    database: Transaction | Warehouse, wanted: ShiftFilter, *, after: ShiftPlace | None, most: int
) -> list[Row]:
    """Return a page of the shifts of a filter, in the order of their closing."""
    return database.rows(
        "shifts_page",
        **asdict(wanted),
        after_closed_at=after.closed_at if after else None,
        after_id=after.shift_id if after else None,
        most=most,
    )
