"""Enter the opening balance, movements without a shift and the limit of a cash book. Nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from smena.mandates.organizations import organization_of
from smena.messages.refusals import wrong_use
from smena.model.cash import Movement
from smena.model.errors import WrongUse
from smena.model.money import roubles
from smena.model.organization import Organization
from smena.model.reason_text import Wrong, parse, reason
from smena.model.reasons import Reason
from smena.transform.cash_file import BadLine, kpp_of, movement_of, read_cash_file, sum_of
from smena.warehouse.database import Transaction, as_json


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The movements that a file adds, or would add.

    Attributes:
        new: movements that were not imported before.
        known: how many lines were imported before.
        bad: rejected lines, each with its number and the reason.
    """

    new: Sequence[Movement]
    known: int
    bad: Sequence[BadLine]


def enter_opening(
    transaction: Transaction, *, inn: str, kpp: str, day: date, amount_kopecks: int, by: str, now: datetime
) -> None:
    """Enter the cash of a book at the beginning of a day, once.

    Raises WrongUse where the book has an opening balance, or the day is closed or in the future.
    """
    organization = _entering(transaction, inn, kpp)
    _check_day(organization, day, now, _closed_through(transaction, inn))
    known = next(
        (row for row in transaction.rows("cash_books", inn=inn, today=day) if row["kpp"] == kpp and row["opening_day"]),
        None,
    )
    if known is not None:
        raise wrong_use(
            Reason.CASH_OPENING_IS_THERE, day=known["opening_day"], text=kpp or "—", fix="take it back first"
        )
    transaction.run("cash_opening_add", inn=inn, kpp=kpp, day=day, amount=roubles(amount_kopecks), by=by)


def take_back_opening(transaction: Transaction, *, inn: str, kpp: str, by: str, why: str) -> None:
    """Take the opening balance back, so that another can be entered.

    Raises WrongUse where there is none or its day is closed.
    """
    _entering(transaction, inn, kpp)
    known = next((row for row in transaction.rows("cash_books", inn=inn, today=date.max) if row["kpp"] == kpp), None)
    if known is None or known["opening_day"] is None:
        raise wrong_use(Reason.CASH_OPENING_UNKNOWN, text=kpp or "—")
    _check_open(known["opening_day"], _closed_through(transaction, inn))
    transaction.run("cash_opening_reverse", inn=inn, kpp=kpp, by=by, reason=_needed(why))


def movement(typed: Mapping[str, str]) -> Movement:
    """Return the movement that a person typed, given by the columns of a file. Raises WrongUse for a wrong value."""
    try:
        return movement_of(typed)
    except Wrong as wrong:
        raise _refused(wrong) from None


def sum_of_text(text: str, *, least: int = 1) -> int:
    """Return a sum that a person typed, in kopecks. Raises WrongUse for a wrong one, and for less than `least`."""
    try:
        return sum_of(text, least=least)
    except Wrong as wrong:
        raise _refused(wrong) from None


def enter(transaction: Transaction, *, inn: str, movements: Sequence[Movement], by: str, now: datetime) -> int:
    """Enter movements, all or none; return how many are new. Raises WrongUse for the first that is refused.

    The КПП of a movement must be one of the organisation, of its registers, or of a cash book that exists.
    """
    kpps = {one.kpp for one in movements}
    organization = _entering(transaction, inn, *sorted(kpps))
    for kpp in sorted(kpps - _books(transaction, inn)):
        raise wrong_use(Reason.CASH_KPP_UNKNOWN, text=kpp or "—")
    through = _closed_through(transaction, inn)
    for day in sorted({one.day for one in movements}):
        _check_day(organization, day, now, through)
    return transaction.run("cash_movements_add", inn=inn, lines=as_json([one.as_row() for one in movements]), by=by)


def read_file(transaction: Transaction, *, inn: str, kpp: str, content: bytes, now: datetime) -> ImportResult:
    """Return the movements that a file would add and the lines that are rejected; nothing is entered.

    Raises WrongUse where the file as a whole cannot be read.
    """
    organization = _entering(transaction, inn, kpp)
    try:
        read = read_cash_file(content, kpp=kpp)
    except Wrong as wrong:
        raise _refused(wrong) from None
    through = _closed_through(transaction, inn)
    books = _books(transaction, inn)
    bad, good = list(read.bad), []
    for number, one in read.movements:
        why = _why_not(organization, one, now, through, books)
        if why:
            bad.append(BadLine(number, why))
        else:
            good.append(one)
    keys = [one.import_key for one in good]
    known = {row["import_key"] for row in transaction.rows("cash_movements_known", inn=inn, keys=keys)}
    new = [one for one in good if one.import_key not in known]
    return ImportResult(new, len(good) - len(new), sorted(bad, key=lambda one: one.line))


def import_file(
    transaction: Transaction, *, inn: str, kpp: str, content: bytes, by: str, now: datetime
) -> ImportResult:
    """Enter the valid lines of a file that were not imported before; rejected lines do not prevent it."""
    read = read_file(transaction, inn=inn, kpp=kpp, content=content, now=now)
    enter(transaction, inn=inn, movements=read.new, by=by, now=now)
    return read


def reverse(
    transaction: Transaction, movement_id: int, *, by: str, why: str, now: datetime, day: date | None = None
) -> None:
    """Take a movement back: on its own day where that is open, else on `day`, by default the first open day.

    Raises WrongUse for an unknown movement, one that is reversed already, and a `day` that is closed, before the
    movement's own or in the future.
    """
    row = transaction.row("cash_movement", movement_id=movement_id)
    if row is None:
        raise wrong_use(Reason.CASH_MOVEMENT_UNKNOWN, text=str(movement_id))
    organization = organization_of(transaction, row["organization_inn"])
    transaction.run("lock_organization", inn=organization.inn)
    counts = first_open_day(transaction, organization.inn, row["day"])
    if counts != row["day"] and day is not None:
        counts = day
        _check_day(organization, counts, now, _closed_through(transaction, organization.inn))
        if counts < row["day"]:
            raise wrong_use(Reason.CASH_DAY_CANNOT_BE, text=str(counts))
    done = transaction.run("cash_movement_reverse", movement_id=movement_id, day=counts, by=by, reason=_needed(why))
    if not done:
        raise wrong_use(Reason.CASH_MOVEMENT_REVERSED, text=str(movement_id))


def set_limit(
    transaction: Transaction, *, inn: str, kpp: str, first_day: date, amount_kopecks: int | None, by: str
) -> None:
    """Set the most cash that a book may have at the end of a day, from `first_day` on; None: no limit from then on."""
    _entering(transaction, inn, kpp)
    amount = None if amount_kopecks is None else roubles(amount_kopecks)
    transaction.run("cash_limit_add", inn=inn, kpp=kpp, first_day=first_day, amount=amount, by=by)


def first_open_day(transaction: Transaction, inn: str, day: date) -> date:
    """Return the day, or the first day after the closed period where the day lies in it."""
    through = _closed_through(transaction, inn)
    return day if through is None or day > through else date.fromordinal(through.toordinal() + 1)


def _entering(transaction: Transaction, inn: str, *kpps: str) -> Organization:
    """Return the organisation, locked. Raises WrongUse where it is not registered or a КПП is not valid."""
    organization = organization_of(transaction, inn)
    for kpp in kpps:
        try:
            kpp_of(kpp)
        except Wrong as wrong:
            raise _refused(wrong) from None
        if not kpp and len(inn) == 10:
            raise wrong_use(Reason.CASH_KPP_CANNOT_BE, text="")
    transaction.run("lock_organization", inn=inn)
    return organization


def _books(transaction: Transaction, inn: str) -> set[str]:
    """Return the КПП of the organisation, of its registers, and of its cash books."""
    books = {row["kpp"] for row in transaction.rows("cash_books", inn=inn, today=date.max)}
    return books | {row["kpp"] for row in transaction.rows("register_kpps", inn=inn)}


def _why_not(
    organization: Organization, one: Movement, now: datetime, through: date | None, books: Collection[str]
) -> str:
    """Return the stored reason why a movement of a file cannot be entered; empty where it can."""
    if not one.kpp and len(organization.inn) == 10:
        return reason(Reason.CASH_KPP_CANNOT_BE, text="")
    if one.kpp not in books:
        return reason(Reason.CASH_KPP_UNKNOWN, text=one.kpp or "—")
    try:
        _check_day(organization, one.day, now, through)
    except WrongUse as refused:
        return refused.stored
    return ""


def _check_day(organization: Organization, day: date, now: datetime, through: date | None) -> None:
    if day > now.astimezone(ZoneInfo(organization.timezone)).date():
        raise wrong_use(Reason.CASH_DAY_IN_FUTURE, day=day)
    _check_open(day, through)


def _check_open(day: date, through: date | None) -> None:
    if through is not None and day <= through:
        raise wrong_use(Reason.PERIOD_CLOSED_THROUGH, day=through, fix="open the period, or name a later day")


def _closed_through(transaction: Transaction, inn: str) -> date | None:
    row = transaction.row("closed_through", inn=inn)
    return row["through"] if row else None


def _refused(wrong: Wrong) -> WrongUse:
    code, arguments = parse(str(wrong))
    return wrong_use(code, **arguments)


def _needed(why: str) -> str:
    if not why.strip():
        raise wrong_use(Reason.WHY_IS_NEEDED)
    return why.strip()
