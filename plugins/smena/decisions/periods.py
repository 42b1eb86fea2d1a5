"""Close a period and open it again. The database stores the history and refuses writes into closed days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from smena.mandates.organizations import organization_of
from smena.messages.refusals import wrong_use
from smena.model.errors import WrongUse
from smena.model.reasons import Reason
from smena.warehouse.database import Row, Transaction, Warehouse


def newest_day_over(timezone: str, now: datetime) -> date:
    """Return the newest day that is over in an organisation's time zone, which is the latest that may be closed."""
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
    """Close the books of an organisation through a day and return `period`; doing it again changes nothing.

    Args:
        newest_day: the newest day that is over; a later day is refused, as its shifts are still to come.

    Raises WrongUse where `through` is after `newest_day`, or the books are closed through a later day already.
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
    """Open the books: all of them, or the days after `through`. Return `period`.

    The next load books shifts that came while the period was closed. Raises WrongUse where none of these days is
    closed.
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
    """Return through which day the books are closed (None: not at all), by whom, when, why, and what waits there."""
    row = transaction.row("period", inn=inn)
    if row is None:
        raise WrongUse(f"organisation {inn} is not registered", fix="run `smena organization add` first")
    return row


def history(transaction: Transaction | Warehouse, inn: str) -> list[Row]:
    """Return every closing and opening, the oldest first."""
    return transaction.rows("period_history", inn=inn)
