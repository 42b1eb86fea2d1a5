"""The lineage of a document or a shift, down to the bytes from which it was read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from smena.model.errors import BrokenPromise, WrongUse
from smena.warehouse.archive import Bodies, packed
from smena.warehouse.database import Row, Transaction

_COMPARED = (
    "opened_at", "closed_at", "receipts", "cash_income", "cash_refund", "cash_payout", "cash_payout_refund",
    "cashless_income", "cashless_refund", "price_correction", "order_date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lineage:
    """A document, or a shift, with the evidence, batches and decisions behind it.

    Attributes:
        document: None in the lineage of a shift.
        shift: None for a document without one (reports and waybills of Market).
        documents: the orders of the shift, in the lineage of a shift.
        counterparts: matching or competing shifts of the other source; `differences` is name → [here, there].
        links: the register of the cashbox (Market), or the cashbox of the register (OFD), on the day.
        pages: the answers read, with sha256 of their bytes.
        batches: with their runs; each has its `checks`.
        revisions: earlier contents of the document, or, in the lineage of a shift, of the shift.
    """

    document: Row | None
    shift: Row | None
    pages: list[Row]
    batches: list[Row]
    revisions: list[Row]
    decisions: list[Row]
    documents: list[Row] = field(default_factory=list)
    counterparts: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it as an object that JSON can hold."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Page:
    """A stored answer: its `row`, and `body`, its bytes, whose sha256 was verified."""

    row: Row
    body: bytes


def lineage_of(transaction: Transaction, identity: str) -> Lineage:
    """Return the lineage of a document or a shift, by its id. Raises WrongUse if there is none with this id."""
    order = transaction.row("explain_order", document_id=identity)
    if order is not None:
        return _of_order(transaction, order)
    found = transaction.row("explain_document", document_id=identity)
    if found is not None:
        return _of_document(transaction, found["document"])
    shift_row = transaction.row("explain_shift", shift_id=identity)
    if shift_row is None:
        raise WrongUse(f"there is no document {identity}", fix="`smena documents` lists them")
    return lineage_of_shift(transaction, shift_row["shift"], shift_row["evidence"])


def _of_order(transaction: Transaction, document: Row) -> Lineage:
    shift, evidence = document.pop("shift"), document.pop("evidence")
    counterparts = _counterparts(transaction, shift)
    return Lineage(
        document=document,
        shift=shift,
        pages=transaction.rows("explain_pages", pages=evidence),
        batches=_batches(transaction, {document["batch_id"], shift["batch_id"]}, _assigned(shift)),
        revisions=transaction.rows("explain_revisions", document_id=document["document_id"]),
        decisions=transaction.rows("explain_decisions", shift_id=shift["shift_id"]),
        counterparts=counterparts,
        links=transaction.rows("explain_links", shift_id=shift["shift_id"])
        if counterparts or shift["cashbox_id"]
        else [],
    )


def _of_document(transaction: Transaction, document: Row) -> Lineage:
    """The lineage of a document without a shift: a report or a waybill of Kontur.Market."""
    return Lineage(
        document=document,
        shift=None,
        pages=transaction.rows("explain_pages", pages=document.pop("evidence") or []),
        batches=_batches(transaction, {document["batch_id"]}, None),
        revisions=transaction.rows("market_document_revisions", document_id=document["document_id"]),
        decisions=transaction.rows("document_decisions", document_id=document["document_id"]),
    )


def lineage_of_shift(transaction: Transaction, shift: Row, evidence: list[int]) -> Lineage:
    """Return the lineage of a shift of either source; its pages are its own and those of its counterparts."""
    counterparts = _counterparts(transaction, shift)
    pages = {*evidence, *(page for counterpart in counterparts for page in counterpart.pop("evidence"))}
    documents = transaction.rows("orders_of_shifts", shifts=[shift["shift_id"]])
    for document in documents:
        document.pop("shift_id")
    return Lineage(
        document=None,
        shift=shift,
        pages=transaction.rows("explain_pages", pages=sorted(pages)),
        batches=_batches(transaction, {shift["batch_id"]}, _assigned(shift)),
        revisions=transaction.rows("explain_shift_revisions", shift_id=shift["shift_id"]),
        decisions=transaction.rows("explain_decisions", shift_id=shift["shift_id"]),
        documents=documents,
        counterparts=counterparts,
        links=transaction.rows("explain_links", shift_id=shift["shift_id"]),
    )


def page_of(transaction: Transaction, page_id: int) -> Page:
    """Return a stored answer with its original bytes.

    Raises WrongUse if there is none with this id, BrokenPromise if the bytes are not those that were fetched,
    PassingFault if they are in an archive that cannot be read.
    """
    row = transaction.row("explain_page_body", page_id=page_id)
    if row is None:
        raise WrongUse(f"there is no page {page_id}", fix="`smena explain DOCUMENT_ID` lists them")
    page = packed(row)
    del row["body"]
    try:
        body = Bodies(transaction).of(page)
    except (OSError, ValueError) as error:
        raise BrokenPromise(f"page {page_id} cannot be unpacked: {error}") from error
    if hashlib.sha256(body).hexdigest() != row["sha256"]:
        raise BrokenPromise(f"page {page_id} is not what was fetched: its sha256 is another one")
    return Page(row, body)


def _assigned(shift: Row) -> str | None:
    """The unit that was asked for the shift: its register of the OFD, its shop of Market."""
    unit = shift["kkt_reg_id"] if shift["source"] == "ofd" else shift["shop_id"]
    return None if unit is None else str(unit)


def _batches(transaction: Transaction, wanted: Iterable[int], assigned: str | None) -> list[Row]:
    batches = sorted(set(wanted))
    checks = transaction.rows("explain_checks", batches=batches, unit_id=assigned)
    rows = transaction.rows("explain_batch", batches=batches, unit_id=assigned)
    for row in rows:
        row["checks"] = [check for check in checks if check["batch_id"] == row["batch_id"]]
    return rows


def _counterparts(transaction: Transaction, shift: Row) -> list[Row]:
    counterparts = transaction.rows("explain_counterparts", shift_id=shift["shift_id"])
    for counterpart in counterparts:
        other = counterpart["shift"]
        counterpart["differences"] = {
            name: [shift[name], other[name]] for name in _COMPARED if shift[name] != other[name]
        }
        # Only Market reports rounding: a value that the OFD does not have is no difference.
        if not (shift["price_correction"] or other["price_correction"]):
            counterpart["differences"].pop("price_correction", None)
    return counterparts
