"""Accept and reject documents («принять», «отклонить») and take acceptance back: one or many, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from smena.decisions.earlier_answers import given_answer
from smena.mandates.organizations import organization_of
from smena.messages import ENGLISH, translate
from smena.model import reason_text
from smena.model.errors import AlreadyAnswered, WrongUse
from smena.model.money import written
from smena.model.reasons import Reason
from smena.reads.documents import Filter, documents
from smena.warehouse.database import Row, Transaction

ACCEPTED, REJECTED, NEW = "accepted", "rejected", "new"
FROM = {ACCEPTED: ("new", "rejected"), REJECTED: ("new",), NEW: ("accepted",)}
"""By new status, the statuses that may become it. An accepted document is reversed only by a decision on its shift."""

_BY_FILTER = {ACCEPTED: "new", REJECTED: "new", NEW: "accepted"}
"""By new status, the documents that a filter without a status marks."""


@dataclass(frozen=True, slots=True)
class MarkResult:
    """How many documents have the status now.

    Attributes:
        changed: how many had another status before.
        documents: their number and sum by kind, changed or not.
    """

    status: str
    changed: int
    documents: list[Row]


@dataclass(frozen=True, slots=True)
class Shown:
    """The documents that would be marked, for a person to confirm.

    Attributes:
        documents: how many would change.
        already: how many have the status already and stay as they are.
        amount: the sum of those that would change, in roubles; a waybill without prices has no amount.
        without_amount: how many of those that would change have no amount.
        kinds: the same by `kind`: `changing`, `amount`, `with_amount`.
        digest: of the present content of all of them; `mark` compares it.
    """

    documents: int
    already: int
    amount: Decimal
    without_amount: int
    kinds: list[Row]
    digest: str


class ChangedMeanwhile(WrongUse):
    """The documents are not those that were confirmed; nothing was changed."""


def changeable_by(wanted: Filter, status: str) -> Filter | None:
    """Return the filter of the documents that get the status by it; None where its own status cannot become that."""
    before = wanted.status or _BY_FILTER[status]
    return replace(wanted, status=before) if before in FROM[status] else None


def in_sight_of_filter(transaction: Transaction, chosen: Filter, *, status: str) -> list[str]:
    """Return the documents of a filter that the reader may see and that may get the status.

    For a reader of places of an organisation, before `show` and `mark`, which see all of it.
    """
    wanted = chosen.status or _BY_FILTER[status]
    if wanted not in FROM[status]:
        return []
    return [str(row["document_id"]) for row in documents(transaction, replace(chosen, status=wanted))]


def show(transaction: Transaction, chosen: Sequence[str] | Filter, *, status: str) -> Shown:
    """Return the documents that `mark` would mark; take no lock and write nothing. Raises as `mark` does."""
    _find(transaction, chosen, status, lock=False)
    *kinds, row = transaction.rows("mark_shown", status=status)
    return Shown(
        documents=row["changing"],
        already=row["documents"] - row["changing"],
        amount=row["amount"],
        without_amount=row["changing"] - row["with_amount"],
        kinds=[one for one in kinds if one["changing"]],
        digest=row["digest"],
    )


def mark(
    transaction: Transaction,
    chosen: Sequence[str] | Filter,
    *,
    status: str,
    by: str,
    reason: str | None = None,
    confirmed: str | None = None,
) -> MarkResult:
    """Set the status of documents and record who did it, when and why.

    Documents that have the status already stay as they are. NEW takes back the acceptance of accepted documents. It is
    refused while a decision about the document or its shift is open: that decision may exist only because the document
    is accepted, so it is answered first. The next load then revises the document like any new one.

    Args:
        chosen: ids of documents, or a filter. A filter without a status means the new documents for ACCEPTED and
            REJECTED, and the accepted ones for NEW.
        status: ACCEPTED, REJECTED or NEW.
        reason: why; NEW and REJECTED need one.
        confirmed: the digest of `show` that a person has confirmed.

    Raises, changing nothing, ChangedMeanwhile where the documents are not those of `confirmed`, AlreadyAnswered where
    somebody gave one another status, and WrongUse for the first document that is unknown or lies in a closed period.
    """
    if status != ACCEPTED and not (reason or "").strip():
        raise WrongUse("taking back an acceptance or rejecting needs a reason", fix="give --reason")
    try:
        _find(transaction, chosen, status, lock=True)
        *kinds, total = transaction.rows("mark_shown", status=status)
    except AlreadyAnswered as error:
        if confirmed is None:
            raise
        raise ChangedMeanwhile(error.message, fix="look at them again") from error
    if confirmed is not None and total["digest"] != confirmed:
        raise ChangedMeanwhile(
            f"the documents have changed since they were shown: there are {total['changing']} now, of"
            f" {written(total['amount'])} ₽; nothing was changed",
            fix="look at them again and confirm",
        )
    changed = transaction.run("mark_documents", status=status, status_by=by, reason=reason)
    by_kind = [{"kind": one["kind"], "documents": one["documents"], "amount": one["whole_amount"]} for one in kinds]
    return MarkResult(status, changed, by_kind)


def _find(transaction: Transaction, chosen: Sequence[str] | Filter, status: str, *, lock: bool) -> None:
    """Fill the table `asked_document` with the chosen documents, under the organisations' locks where `lock`.

    Raises as `mark` does where one of them cannot get the status.
    """
    if isinstance(chosen, Filter):
        if chosen.inn is None:
            raise WrongUse("all documents of a filter are marked for one organisation at a time", fix="name its ИНН")
        organization_of(transaction, chosen.inn)
        if chosen.first_day and chosen.last_day and chosen.first_day > chosen.last_day:
            raise WrongUse(f"{chosen.first_day} is after {chosen.last_day}")
        if lock:
            transaction.run("lock_organization", inn=chosen.inn)
        wanted = changeable_by(chosen, status)
        if wanted is None:
            transaction.run("mark_asked", documents=[])
        else:
            transaction.run("mark_asked_by_filter", **wanted.conditions)
    else:
        transaction.run("mark_asked", documents=list(chosen))
        # Every transaction locks organisations in the same order, so that two at once cannot deadlock.
        for row in transaction.rows("mark_organizations") if lock else ():
            transaction.run("lock_organization", inn=row["organization_inn"])
    wrong = transaction.row("mark_first_wrong", status=status, allowed=list(FROM[status]), again=status != NEW)
    if wrong is not None:
        raise _refusal(wrong, status)
    if status == NEW:
        waiting = transaction.row("mark_first_asked_about")
        if waiting is not None:
            why = reason_text.reason(Reason.DOCUMENT_WAITS, decision=waiting["decision_id"], **_naming(waiting))
            raise _nothing_changed(why, fix=f"decide it first: smena resolve {waiting['decision_id']}")


def _named(row: Row) -> str:
    return f"document {row['document_id']} ({row['kind']} {row['number']} of {row['date']})"


def _naming(row: Row) -> dict[str, str]:
    """Arguments of a reason that names a document."""
    return {"document": str(row["document_id"]), "what": row["kind"], "number": str(row["number"])}


def _refusal(wrong: Row, status: str) -> WrongUse:
    if wrong["status"] is None:
        return WrongUse(f"there is no document {wrong['document_id']}", fix="`smena documents` lists them")
    if wrong["status"] not in FROM[status]:
        fix = "take its acceptance back first: smena unaccept" if wrong["status"] == ACCEPTED else ""
        given = given_answer(
            "document", f"№ {wrong['number']}, {wrong['date']}", wrong["status"],
            wrong["status_by"] or "", wrong["status_at"], wrong["status_reason"],
        )  # fmt: skip
        signed = f", by {given.by} on {given.at:%Y-%m-%d %H:%M}" if given.by and given.at else ""
        message = f"{_named(wrong)} is {wrong['status']} and cannot become {status}{signed}; nothing was changed"
        return AlreadyAnswered([given], message=message, fix=fix)
    why = reason_text.reason(Reason.DOCUMENT_IN_CLOSED_PERIOD, day=wrong["through"], **_naming(wrong))
    return _nothing_changed(why, fix="run `smena period open` first")


def _nothing_changed(why: str, fix: str) -> WrongUse:
    stored = reason_text.joined([why, Reason.NOTHING_CHANGED])
    return WrongUse(translate(stored, ENGLISH), fix=fix, stored=stored)
