"""Close a month of an organisation with proof: the functions that the tasks of the DAG `month_closing` call.

The month is closed by `decisions.periods.close_period`, as on the page «Месяц», in the name of the person who said so.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from smena.decisions.periods import close_period, newest_day_over, period
from smena.mandates.grants import is_granted
from smena.mandates.lifecycle import ON, required, status
from smena.mandates.organizations import organization_of
from smena.model.errors import BadBatch, WrongUse
from smena.model.window import OFD, Window
from smena.reads.month import count_of, waiting
from smena.reconciliation.certificate import certify, verify
from smena.reconciliation.reconcile import reconcile
from smena.reconciliation.stored_certificates import certificate_by_hash, keep
from smena.runtime.context import Context
from smena.runtime.log import logger

MADE_BY = "month_closing"

Readiness = Literal["covered", "waits", "closed", "not_wanted"]


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of an organisation."""

    inn: str
    year: int
    number: int

    @property
    def first_day(self) -> date:
        """The first day of the calendar month."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """The last day of the calendar month."""
        return date(self.year, self.number, monthrange(self.year, self.number)[1])


def readiness(context: Context, month: Month) -> Readiness:
    """Return whether every wanted day of the month is covered, of each product that is on.

    `not_wanted`: the OFD is not switched on, or only from a later day; `waits` also while the month is not over.
    """
    through = period(context.warehouse, month.inn)["through"]
    if through is not None and through >= month.last_day:
        return "closed"
    if _window(context, month) is None:
        return "not_wanted"
    timezone = organization_of(context.warehouse, month.inn).timezone
    if newest_day_over(timezone, context.now()) < month.last_day:
        return "waits"
    rows = waiting(context.warehouse, [month.inn], through=month.last_day, now=context.now())[month.inn]
    if uncovered := [row for row in rows if row.what == "uncovered"]:
        for row in uncovered:
            logger.info(
                "waits inn=%s product=%s days=%s first=%s last=%s",
                month.inn, row.word, row.count, row.first_day, row.last_day,
            )  # fmt: skip
        return "waits"
    return "covered"


def covered_months(context: Context, covered: Iterable[tuple[str, Collection[date]]]) -> list[Month]:
    """Return the newest month that is over of each organisation, if all of it is covered now and was not before.

    Args:
        covered: organisations, with the days that a load made covered. Only a load that covers a day of the month, or
            an earlier one, can complete it. Older months are left out: closing a month closes those before it.
    """
    days = defaultdict[str, set[date]](set)
    for inn, found in covered:
        days[inn] |= set(found)
    newest = {}
    for row in context.warehouse.rows("organizations", inn=None) if any(days.values()) else ():
        tomorrow = newest_day_over(row["timezone"], context.now()) + timedelta(days=1)
        last_day = tomorrow.replace(day=1) - timedelta(days=1)
        if min(days[row["inn"]], default=tomorrow) <= last_day:
            newest[row["inn"]] = Month(row["inn"], last_day.year, last_day.month)
    return [month for month in newest.values() if readiness(context, month) == "covered"]


def reconcile_month(context: Context, month: Month, *, run_id: str) -> None:
    """Reconcile the wanted days of the month. Raises as `reconcile` does, and WrongUse where none is wanted."""
    reconcile(context, month.inn, run_id=run_id, window=_wanted(context, month))


def certify_month(context: Context, month: Month) -> dict[str, Any]:
    """Store the certificate of the month, and return what a person has to know before closing it."""
    window = _wanted(context, month)
    made = certify(context.warehouse, month.inn, window, made_by=MADE_BY, now=context.now())
    keep(context.warehouse, made)
    rows = waiting(context.warehouse, [month.inn], through=month.last_day, now=context.now())[month.inn]
    return {
        "inn": month.inn,
        "name": made["organization_name"],
        "month": f"{month.first_day:%m.%Y}",
        "first_day": str(window.first_day),
        "last_day": str(window.last_day),
        "sha256": made["sha256"],
        "is_complete": made["is_complete"],
        "differences": count_of(rows, "difference"),
        "decisions": count_of(rows, "shift", "decision", "quarantine"),
        "not_accepted": count_of(rows, "not_accepted"),
        "not_here": count_of(rows, "uncovered", "reconciled", "register"),
    }


def close_month(context: Context, month: Month, *, sha256: str, by: str | None) -> date:
    """Close the books through the end of the month in the name of a person; return the day they are closed through.

    Doing it again, or after the period was closed on the pages, changes nothing.

    Raises WrongUse where the organisation was not granted to the person, or the month is not over; BadBatch where the
    books have changed since the certificate that the person was shown.
    """
    if not by:
        raise WrongUse("Airflow does not say who answered, so nothing is closed", fix="answer in Airflow's UI")
    if not is_granted(context.warehouse, by, month.inn):
        raise WrongUse(
            f"{month.inn} was not granted to {by}",
            fix=f"`smena access grant --user {by} --inn {month.inn}`, then clear the tasks `ask` and `close`",
        )
    through = period(context.warehouse, month.inn)["through"]
    if through is not None and through >= month.last_day:
        logger.info("closed already inn=%s through=%s", month.inn, through)
        return through  # type: ignore[no-any-return]
    certificate = certificate_by_hash(context.warehouse, month.inn, sha256)
    if certificate is None:
        raise BadBatch(f"the certificate {sha256} of {month.inn} is not stored", fix="clear the task `certify`")
    found = verify(context.warehouse, certificate)
    if found.difference is not None:
        raise BadBatch(
            f"the books of {month.inn} have changed since the certificate: {found.difference}",
            fix="clear the task `reconcile` with those after it: they prove the month again, and ask again",
        )
    with context.warehouse.transaction() as transaction:
        newest_day = newest_day_over(organization_of(transaction, month.inn).timezone, context.now())
        closed = close_period(
            transaction, inn=month.inn, through=month.last_day, closed_by=by, reason=f"сертификат полноты {sha256}",
            newest_day=newest_day,
        )  # fmt: skip
    logger.info("closed inn=%s through=%s by=%s", month.inn, closed["through"], by)
    return closed["through"]  # type: ignore[no-any-return]


def _wanted(context: Context, month: Month) -> Window:
    window = _window(context, month)
    if window is None:
        required(context.warehouse, month.inn, OFD)
        raise WrongUse(f"no day of {month.first_day:%Y-%m} is loaded for {month.inn}: the OFD is on from a later day")
    return window


def _window(context: Context, month: Month) -> Window | None:
    """Return the days of the month since the OFD's start date; None if it is off, or begins later."""
    organization_of(context.warehouse, month.inn)
    rows = status(context.warehouse, month.inn, OFD)
    if not rows or rows[0]["state"] != ON or rows[0]["start_date"] > month.last_day:
        return None
    return Window(max(month.first_day, rows[0]["start_date"]), month.last_day)
