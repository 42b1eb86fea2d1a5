"""The certificate of completeness of an organisation and a period: one file that can be verified."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from smena.mandates.grants import check_whole
from smena.mandates.organizations import organization_of
from smena.messages.refusals import wrong_use
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.reasons import Reason
from smena.model.window import Window
from smena.reads.completeness import gaps, outcomes
from smena.reconciliation.canonical import HASH, first_difference, own_hash
from smena.reconciliation.certificate_page import as_html, embedded
from smena.warehouse.archive import Bodies, PackedPage
from smena.warehouse.database import Row, Transaction, Warehouse

KIND, VERSION = "smena-certificate-of-completeness", 1
ATTESTED = ("made_at", "made_by", "checked_at", "organization_name", "organization_kpp")
"""Facts about the certificate itself: its hash covers them, but the warehouse does not have them."""

_SUMS = (
    "cash_income",
    "cash_refund",
    "cash_payout",
    "cash_payout_refund",
    "cashless_income",
    "cashless_refund",
)

PROVED = {"complete", "offline", "disabled"}
"""Verdicts of a complete period; a period of `disabled` days alone is not complete."""


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """Whether the warehouse still has what a certificate attests; `difference` is the first fact that differs."""

    inn: str
    window: Window
    difference: str | None
    pages: int


def certify(warehouse: Warehouse, inn: str, window: Window, *, made_by: str, now: datetime) -> dict[str, Any]:
    """Return the certificate of a period.

    Raises WrongUse if one of its days was never reconciled, or if the reader sees only places of the organisation.
    """
    with warehouse.transaction() as transaction:
        transaction.run("one_moment")
        organization = organization_of(transaction, inn)
        check_whole(transaction, inn)
        checked = transaction.rows("certify_checked", inn=inn, **_span(window))[0]
        if checked["unchecked"] or checked["checked_at"] is None:
            raise wrong_use(
                Reason.DAYS_NEVER_RECONCILED,
                first=str(window.first_day),
                last=str(window.last_day),
                text=str(checked["unchecked"]),
                fix=f"run `smena reconcile --inn {inn} --from {window.first_day} --to {window.last_day}` first",
            )
        attested = {
            "made_at": _moment(now),
            "made_by": made_by,
            "checked_at": _moment(checked["checked_at"]),
            "organization_name": organization.name,
            "organization_kpp": organization.kpp,
        }
        return _sealed(_facts(transaction, inn, window) | attested)


def verify(warehouse: Warehouse, certificate: dict[str, Any]) -> VerifyResult:
    """Make the facts again from the warehouse, and the hashes of the evidence from its bytes, and compare them.

    Raises WrongUse if it names no organisation and period, PassingFault if pages are in an archive that cannot be read.
    """
    inn, window = _scope(certificate)
    if own_hash(certificate) != certificate.get(HASH):
        return VerifyResult(inn, window, "the certificate itself was changed: its hash is another", 0)
    with warehouse.transaction() as transaction:
        transaction.run("one_moment")
        organization_of(transaction, inn)
        facts = _facts(transaction, inn, window)
        attested = {key: value for key, value in certificate.items() if key not in (*ATTESTED, HASH)}
        difference = first_difference(attested, facts)
        if difference is not None:
            return VerifyResult(inn, window, difference, 0)
        pages = 0
        bodies = Bodies(transaction)
        for page_id, digest, body, size in transaction.stream(
            "certify_pages", inn=inn, first_day=window.first_day, last_day=window.last_day
        ):
            page = PackedPage(page_id, bytes(digest), body if body is None else bytes(body), size)
            if not _is_whole(bodies, page):
                return VerifyResult(inn, window, f"page {page_id}: its bytes are not those that were fetched", pages)
            pages += 1
    return VerifyResult(inn, window, None, pages)


def as_file(certificate: dict[str, Any], name: str) -> bytes:
    """Return the bytes of a file of this name: JSON, or an HTML page. Raises WrongUse for another kind of name."""
    if name.endswith(".html"):
        return as_html(certificate).encode() + b"\n"
    if name.endswith(".json"):
        return json.dumps(certificate, ensure_ascii=False, indent=1).encode() + b"\n"
    raise WrongUse(f"{name} is neither .json nor .html")


def of_file(content: bytes, name: str) -> dict[str, Any]:
    """Return the certificate in either kind of file. Raises WrongUse if it has none, or its page was changed."""
    try:
        text = content.decode()
        certificate = json.loads(embedded(text) if name.endswith(".html") else text)
    except ValueError:
        certificate = None
    if not isinstance(certificate, dict) or certificate.get("kind") != KIND or HASH not in certificate:
        raise WrongUse(f"{name} is no certificate of completeness")
    if name.endswith(".html") and _page(certificate) != content:
        raise WrongUse(f"{name} shows another thing than the certificate in it", fix="ask for the file as it was made")
    return certificate


def _page(certificate: dict[str, Any]) -> bytes | None:
    try:
        return as_file(certificate, ".html")
    except (KeyError, TypeError, ValueError):
        return None


def _facts(transaction: Transaction, inn: str, window: Window) -> dict[str, Any]:
    """The facts that can be made again from the warehouse."""
    span = _span(window)
    registers = transaction.rows("certify_registers", inn=inn, **span)
    differences = transaction.rows("differences", inn=inn, **span)
    unexplained = [row for row in differences if not row["is_explained"]]
    not_listed = [row["unit_id"] for row in gaps(transaction, inn, window=window, source="ofd", reason="not_listed")]
    market = [row["day"] for row in transaction.rows("certify_market", inn=inn, **span)]
    unconfirmed = transaction.rows("certify_unconfirmed", inn=inn, **span)
    verdicts = {row["verdict"] for row in registers if row["reason"] != "before_first_document"} - {""}
    proved = verdicts <= PROVED and bool(verdicts - {"disabled"})
    return {
        "kind": KIND,
        "version": VERSION,
        "organization": {"inn": inn},
        "period": {"from": str(window.first_day), "to": str(window.last_day)},
        "is_complete": proved and not unexplained and not market and not not_listed and not unconfirmed,
        "market_days_open": market,
        "not_listed": not_listed,
        "unconfirmed": unconfirmed,
        "outcomes": [_summed(row) for row in outcomes(transaction, inn, window)],
        "operations": transaction.rows("certify_operations", inn=inn, **span),
        "drives": transaction.rows("certify_drives", inn=inn, **span),
        "registers": registers,
        "books": transaction.rows("certify_books", inn=inn, **span),
        "differences": [_difference(row) for row in differences],
        "evidence": transaction.rows("certify_evidence", inn=inn, **span)[0],
    }


def _summed(row: Row) -> dict[str, Any]:
    sums = {name: str(0 if row[name] is None else row[name]) for name in _SUMS}
    return {"outcome": row["outcome"], "shifts": row["shifts"], "receipts": row["receipts"] or 0} | sums


def _difference(row: Row) -> dict[str, Any]:
    attested = {key: row[key] for key in ("kind", "cause", "shifts", "documents", "is_explained")}
    return {"register": row["kkt_reg_id"] or "", "day": str(row["day"]), "amount": str(row["amount"]), **attested}


def _sealed(facts: dict[str, Any]) -> dict[str, Any]:
    return facts | {HASH: own_hash(facts)}


def _scope(certificate: dict[str, Any]) -> tuple[str, Window]:
    try:
        period = certificate["period"]
        window = Window(date.fromisoformat(period["from"]), date.fromisoformat(period["to"]))
        return str(certificate["organization"]["inn"]), window
    except (KeyError, TypeError, ValueError):
        raise WrongUse("the certificate names no organisation and period") from None


def _span(window: Window) -> dict[str, date]:
    return {"first_day": window.first_day, "last_day": window.last_day}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def _is_whole(bodies: Bodies, page: PackedPage) -> bool:
    try:
        return hashlib.sha256(bodies.of(page)).digest() == page.sha256
    except (OSError, ValueError, BrokenPromise):
        return False
