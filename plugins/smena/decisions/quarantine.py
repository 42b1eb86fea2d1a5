"""List records in quarantine, ask the source for them again, or give them up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from smena.decisions.earlier_answers import given_answer
from smena.mandates.organizations import organization_of
from smena.messages import LANGUAGES, translate
from smena.model.errors import AlreadyAnswered, BrokenPromise, GivenAnswer, WrongUse
from smena.warehouse.archive import Bodies, packed
from smena.warehouse.database import Row, Transaction

OPEN, RELEASED, GIVEN_UP = "open", "released", "given_up"
STATES = (OPEN, RELEASED, GIVEN_UP)


@dataclass(frozen=True, slots=True)
class RetryResult:
    """The days that the next load asks the source for again.

    Attributes:
        records: ids of the records whose days are open now.
        days: by register: `organization_inn`, `product`, `unit_id`, `first_day`, `last_day`.
        without_register: ids of records that name no register, so that none of their days can be opened.
    """

    records: list[int]
    days: list[Row]
    without_register: list[int]


def records(
    transaction: Transaction,
    *,
    inn: str | None = None,
    reason: str | None = None,
    state: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> list[Row]:
    """Return records without their text.

    `reason` is a part of the stored reason, of its code or of its sentence in either language.

    Raises WrongUse for an unknown organisation.
    """
    if inn is not None:
        organization_of(transaction, inn)
    rows = transaction.rows(
        "quarantine",
        quarantine_id=None,
        inn=inn,
        state=state,
        first_day=first_day,
        last_day=last_day,
        with_record=False,
    )
    return [row for row in rows if reason is None or _has(row["reason"], reason.lower())]


def _has(stored: str, part: str) -> bool:
    return any(part in text.lower() for text in (stored, *(translate(stored, one) for one in LANGUAGES)))


def record(transaction: Transaction, quarantine_id: int) -> tuple[Row, list[Row], Row | None]:
    """Return a record with its text, the history of its row, and the page it came in with the response bytes in `body`.

    Raises WrongUse for an unknown record, BrokenPromise where the page's bytes do not match its sha256.
    """
    nothing = dict.fromkeys(("inn", "state", "first_day", "last_day"))
    row = transaction.row("quarantine", quarantine_id=quarantine_id, with_record=True, **nothing)
    if row is None:
        raise WrongUse(f"there is no record {quarantine_id} in quarantine", fix="`smena quarantine list` lists them")
    page = transaction.row("quarantine_page", quarantine_id=quarantine_id)
    if page is not None:
        page["body"] = Bodies(transaction).of(packed(page))
        if hashlib.sha256(page["body"]).hexdigest() != page["sha256"]:
            raise BrokenPromise(f"the bytes of page {page['page_id']} are not those that were fetched")
    return row, transaction.rows("quarantine_history", quarantine_id=quarantine_id), page


def retry(transaction: Transaction, ids: Sequence[int], *, inn: str | None = None, by: str) -> RetryResult:
    """Open the days of records, so that the next plan asks for them and the present code reads them.

    The next batch that reads a record without an error releases it. A record that was given up is open again.

    Args:
        ids: of records that are not released; or
        inn: all open records of an organisation.

    Raises, changing nothing, AlreadyAnswered where one is released already, WrongUse where one is unknown.
    """
    found = _locked(transaction, ids, inn)
    if released := [row for row in found if row["state"] == RELEASED]:
        raise AlreadyAnswered([_given(row) for row in released])
    numbers = [row["quarantine_id"] for row in found if row["unit_id"] is not None]
    transaction.run("uncover_table")
    transaction.run("quarantine_uncover", ids=numbers)
    transaction.run("publish_uncovered")
    days = transaction.rows("quarantine_uncovered_days")
    transaction.run("quarantine_retry", ids=numbers, by=by)
    return RetryResult(numbers, days, [row["quarantine_id"] for row in found if row["unit_id"] is None])


def give_up(transaction: Transaction, ids: Sequence[int], *, by: str, reason: str) -> list[int]:
    """Close records that nothing more is expected of. Their days stay open where nothing else covers them.

    Raises, changing nothing, AlreadyAnswered where one is not open, WrongUse where one is unknown or the reason is
    blank.
    """
    if not reason.strip():
        raise WrongUse("giving up needs a reason", fix="give --reason")
    found = _locked(transaction, ids, None)
    if closed := [row for row in found if row["state"] != OPEN]:
        raise AlreadyAnswered([_given(row) for row in closed])
    numbers = [row["quarantine_id"] for row in found]
    transaction.run("quarantine_give_up", ids=numbers, by=by, reason=reason.strip())
    return numbers


def _locked(transaction: Transaction, ids: Sequence[int], inn: str | None) -> list[Row]:
    """Lock the records' organisations and read the records again: some may have been closed meanwhile."""
    for of_inn in sorted({row["organization_inn"] for row in _asked(transaction, ids, inn)}):
        transaction.run("lock_organization", inn=of_inn)
    return _asked(transaction, ids, inn)


def _given(row: Row) -> GivenAnswer:
    return given_answer(
        "record", str(row["quarantine_id"]), row["state"], row["resolved_by"] or "", row["resolved_at"],
        row["resolution_reason"],
    )  # fmt: skip


def _asked(transaction: Transaction, ids: Sequence[int], inn: str | None) -> list[Row]:
    if bool(ids) == bool(inn):
        raise WrongUse("no record is named" if not ids else "records are named by id or by --inn, not by both")
    if inn is not None:
        organization_of(transaction, inn)
    found = transaction.rows("quarantine_asked", ids=list(ids), inn=inn)
    unknown = sorted(set(ids) - {row["quarantine_id"] for row in found})
    if unknown:
        raise WrongUse(f"there is no record {unknown[0]} in quarantine", fix="`smena quarantine list` lists them")
    return found
