"""Closing a period, and opening it again. The database keeps the history, and refuses what would go round it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from smena.mandates.organizations import organization_of
from smena.messages.refusals import wrong_use
from smena.model.errors import WrongUse
from smena.model.reasons import Reason
from smena.warehouse.database import Row, Transaction, Warehouse


def newest_day_over(timezone: str, now: datetime) -> date:
    """The newest day that is over in an organisation's zone: a later one is not closed."""
    return now.astimezone(ZoneInfo(timezone)).date() - timedelta(days=1)


def close_period(
    transaction: Transaction,
    *,
    inn: str,
    through: date,
    closed_by: str,
    reason: str = "",
    newest_day: date | None = None,
) -> Row:
    """Closes the books of an organisation through a day; the same again changes nothing. Gives `period`.

    Args:
        newest_day: the newest day that is over; a later one is not closed, as its shifts are still to come.

    Raises WrongUse where they are closed through a later day already.
    """
    organization_of(transaction, inn)
    transaction.run("lock_organization", inn=inn)
    if newest_day is not None and through > newest_day:
        raise wrong_use(Reason.DAY_NOT_OVER, day=through, fix=f"close through {newest_day}")
    closed_through = period(transaction, inn)["through"]
    if closed_through is not None and closed_through > through:
        raise wrong_use(
            Reason.BOOKS_CLOSED_THROUGH,
            day=closed_through,
            inn=inn,
            fix=f"run `smena period open --inn {inn} --through {through}` to open what lies after {through}",
        )
    transaction.run("period_close", inn=inn, through=through, closed_by=closed_by, reason=reason)
    return period(transaction, inn)


def open_period(
    transaction: Transaction, *, inn: str, opened_by: str, through: date | None = None, reason: str = ""
) -> Row:
    """Opens the books: wholly, or what lies after `through`. Gives `period`.

    Shifts that came while it was closed are booked by the next load. Raises WrongUse where nothing of it is closed.
    """
    organization_of(transaction, inn)
    transaction.run("lock_organization", inn=inn)
    closed_through = period(transaction, inn)["through"]
    if closed_through is None:
        raise wrong_use(Reason.NOTHING_IS_CLOSED, inn=inn)
    if through is not None and through >= closed_through:
        raise wrong_use(Reason.BOOKS_CLOSED_ONLY_THROUGH, day=closed_through, inn=inn, fix="name an earlier date")
    transaction.run("period_open", inn=inn, through=through, opened_by=opened_by, reason=reason)
    return period(transaction, inn)


def period(transaction: Transaction | Warehouse, inn: str) -> Row:
    """Through which day the books are closed (None: not at all), by whom, when and why, and what waits in there."""
    row = transaction.row("period", inn=inn)
    if row is None:
        raise WrongUse(f"organisation {inn} is not registered", fix="run `smena organization add` first")
    return row


def history(transaction: Transaction | Warehouse, inn: str) -> list[Row]:
    """Every closing and opening, the oldest first."""
    return transaction.rows("period_history", inn=inn)
