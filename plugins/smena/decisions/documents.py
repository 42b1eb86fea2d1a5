"""Accepting and rejecting documents («принять», «отклонить»): one or many at once, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from smena.integration.organizations import organization_of
from smena.model.errors import WrongUse
from smena.warehouse.database import Row, Transaction

ACCEPTED, REJECTED = "accepted", "rejected"
FROM = {ACCEPTED: ("new", "rejected"), REJECTED: ("new",)}
"""What may become accepted or rejected. An accepted document is undone by a decision about its shift only."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of the documents asked for.

    Attributes:
        changed: how many were not so before.
        documents: by kind, how many they are and what they sum to, changed or not.
    """

    status: str
    changed: int
    documents: list[Row]


@dataclass(frozen=True, slots=True)
class Filter:
    """The new documents of an organisation, dated `first_day`…`last_day`; `kind` None is any."""

    inn: str
    first_day: date
    last_day: date
    kind: str | None = None


def mark(
    transaction: Transaction, asked: Sequence[str] | Filter, *, status: str, by: str, reason: str | None = None
) -> Marked:
    """Gives documents a status, with who, when and why; those that have it already stay as they are.

    Args:
        asked: ids of documents, or a filter.
        status: ACCEPTED or REJECTED.

    Raises WrongUse, naming the first document that cannot be it, where one is unknown, has come too far, or lies in a
    closed period; then none is changed.
    """
    if isinstance(asked, Filter):
        organization_of(transaction, asked.inn)
        if asked.first_day > asked.last_day:
            raise WrongUse(f"{asked.first_day} is after {asked.last_day}")
        transaction.run("lock_organization", inn=asked.inn)
        transaction.run(
            "mark_asked_by_filter",
            inn=asked.inn,
            first_day=asked.first_day,
            last_day=asked.last_day,
            kind=asked.kind,
        )
    else:
        transaction.run("mark_asked", documents=list(asked))
        # Everybody locks organisations in the same order: two at once wait, they never block each other.
        for row in transaction.rows("mark_organizations"):
            transaction.run("lock_organization", inn=row["organization_inn"])
    wrong = transaction.row("mark_first_wrong", status=status, allowed=list(FROM[status]))
    if wrong is not None:
        raise _refusal(wrong, status)
    changed = transaction.run("mark_documents", status=status, status_by=by, reason=reason)
    return Marked(status, changed, transaction.rows("mark_counted"))


def _refusal(wrong: Row, status: str) -> WrongUse:
    if wrong["status"] is None:
        return WrongUse(f"there is no document {wrong['document_id']}", fix="`smena documents` lists them")
    named = f"document {wrong['document_id']} ({wrong['kind']} {wrong['number']} of {wrong['date']})"
    if wrong["status"] not in FROM[status]:
        fix = "only a decision about its shift reverses it" if wrong["status"] == ACCEPTED else ""
        return WrongUse(f"{named} is {wrong['status']} and cannot become {status}; nothing was changed", fix=fix)
    return WrongUse(
        f"{named} lies in a period closed through {wrong['through']}; nothing was changed",
        fix="run `smena period open` first",
    )
