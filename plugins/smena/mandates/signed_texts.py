"""Mandate (поручение на передачу фискальных данных) and ban (запрет): their texts and signatures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from smena.mandates.certificates import required_certificate, serving
from smena.mandates.text import Subject, ban_text, mandate_text
from smena.messages import ENGLISH, translate
from smena.messages.refusals import wrong_use
from smena.model.errors import WrongUse
from smena.model.identifiers import RNM, clean
from smena.model.organization import Organization
from smena.model.product import product_of
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.warehouse.database import Row, Transaction, Warehouse

Kind = Literal["mandate", "ban"]
MANDATE: Kind = "mandate"
BAN: Kind = "ban"
MOST_REGISTERS = 10_000

_VERDICTS = {"refused": Reason.SIGNATURE_REFUSED, "unjudged": Reason.SIGNATURE_UNJUDGED}


class RefusedSignature(WrongUse):
    """A signature is not valid, or cannot be verified here. Nothing was changed; `keeping_refusals` stores it.

    Attributes:
        record: the row of `control.mandate_signature`.
    """

    def __init__(self, message: str, *, record: Row, fix: str = "", stored: str = "") -> None:
        super().__init__(message, fix=fix, stored=stored)
        self.record = record


@dataclass(frozen=True, slots=True)
class Wanted:
    """The text to be signed: a mandate from `start_date`, or a ban, which has none."""

    organization: Organization
    product: str
    kind: Kind
    start_date: date | None = None


def checked_registers(registers: Sequence[str]) -> list[str]:
    """Return the РНМ that a person typed, sorted, each once. Raises WrongUse."""
    cleaned = sorted({clean(register) for register in registers})
    for register in cleaned:
        if not (register.isascii() and RNM.fullmatch(register)):
            raise WrongUse(f"{register!r} is not a registration number of a register (РНМ)", fix="give its 16 digits")
    if len(cleaned) > MOST_REGISTERS:
        raise WrongUse(f"a mandate names at most {MOST_REGISTERS} registers", fix="name none: it is for all then")
    return cleaned


def make(
    transaction: Transaction,
    wanted: Wanted,
    *,
    registers: Sequence[str] = (),
    made_by: str,
    now: datetime | None = None,
) -> Row:
    """Make and store the text to be signed; the same request on the same day returns the same text.

    The organisation is locked by the caller. Raises WrongUse where a product needs no signature.
    """
    needs_signature(wanted.product)
    organization = wanted.organization
    today = (now or datetime.now(UTC)).astimezone(ZoneInfo(organization.timezone)).date()
    named = checked_registers(registers)
    for row in _pending(transaction, wanted):
        if row["made_on"] == today and row["registers"] == named:
            subject = Subject(organization, row["mandate_id"], row["number"], today)
            if row["text"] == _text(wanted, subject, named):
                return row
    mandate_id = str(uuid4())
    place = transaction.row("mandate_place", inn=organization.inn, product=wanted.product) or {}
    text = _text(wanted, Subject(organization, mandate_id, place["number"], today), named)
    transaction.run(
        "mandate_add",
        mandate_id=mandate_id,
        start_date=wanted.start_date,
        registers=named,
        made_on=today,
        text=text,
        digest=hashlib.sha256(text).hexdigest(),
        made_by=made_by,
        **place,
        **_key(wanted),
    )
    return next(row for row in _pending(transaction, wanted) if row["mandate_id"] == mandate_id)


def accept(
    transaction: Transaction, wanted: Wanted, signature: bytes | None, *, verified_by: str, now: datetime | None = None
) -> Row:
    """Verify a signature against the registered certificate, store it, and return the row of the signed text.

    Raises RefusedSignature where the signature is not valid, or there is no valid certificate or no text to verify it
    with; WrongUse where there is no signature.
    """
    inn = wanted.organization.inn
    if signature is None:
        fix = f"{_how(wanted)}, and give --signature"
        raise wrong_use(Reason.SIGNATURE_NEEDED, product=wanted.product, inn=inn, fix=fix)
    serves = serving(transaction, inn)
    rows = _pending(transaction, wanted)
    fix = "" if rows else _how(wanted)
    signed: Row | None = None
    try:
        certificate = required_certificate(serves, inn, now or datetime.now(UTC))
    except WrongUse as error:
        why, fix, verdict = error.message, error.fix, "refused"
    else:
        signed, why, verdict = _verify(rows, signature, certificate)
    record = {
        "inn": inn,
        "product": wanted.product,
        "kind": wanted.kind,
        "mandate_id": signed["mandate_id"] if signed else rows[0]["mandate_id"] if rows else None,
        "certificate_id": serves["certificate_id"] if serves else None,
        "signature": signature if len(signature) <= _most_bytes() else b"",
        "verdict": verdict,
        "reason": why,
        "verified_by": verified_by,
    }
    if signed is None:
        stored = reason(_VERDICTS[verdict], text=why)
        raise RefusedSignature(translate(stored, ENGLISH), record=record, fix=fix, stored=stored)
    transaction.run("mandate_signature_add", **record)
    return signed


@contextmanager
def keeping_refusals(warehouse: Warehouse) -> Iterator[None]:
    """Around a transaction: store a signature that was refused in it, with the verdict, after the rollback."""
    try:
        yield
    except RefusedSignature as refused:
        warehouse.run("mandate_signature_add", **refused.record)
        raise


def signature_in_force(transaction: Transaction, inn: str, product: str) -> bytes | None:
    """Return the signature of the last switching of a product; None where there was none."""
    row = transaction.row("mandate_signature_of", inn=inn, product=product)
    return bytes(row["signature"]) if row else None


def needs_signature(product: str) -> None:
    """Raise WrongUse for a product that is switched without a signature."""
    if not product_of(product).is_operator:
        raise WrongUse(f"{product} needs no mandate and no signature", fix="leave them out")


def _verify(rows: list[Row], signature: bytes, certificate: bytes) -> tuple[Row | None, str, str]:
    """The text the signature is over, or None and why; and the verdict."""
    from smena.mandates import gost, signatures

    why = "there is no text that waits for it"
    for place, row in enumerate(rows):
        try:
            signatures.verify(signature, row["text"], certificate)
        except signatures.BadSignature as bad:
            # The fault as to the newest text is the likeliest to help.
            why = str(bad) if place == 0 else why
        except gost.NoGost as unable:
            return None, str(unable), "unjudged"
        else:
            return row, "", "accepted"
    return None, why, "refused"


def _most_bytes() -> int:
    from smena.mandates.signatures import MOST_BYTES

    return MOST_BYTES


def _pending(transaction: Transaction, wanted: Wanted) -> list[Row]:
    rows = transaction.rows("mandates_pending", start_date=wanted.start_date, **_key(wanted))
    for row in rows:
        row["text"] = bytes(row["text"])
    return rows


def _key(wanted: Wanted) -> dict[str, Any]:
    return {"inn": wanted.organization.inn, "product": wanted.product, "kind": wanted.kind}


def _text(wanted: Wanted, subject: Subject, registers: Sequence[str]) -> bytes:
    if wanted.start_date is None:
        return ban_text(subject)
    return mandate_text(subject, wanted.start_date, registers)


def _how(wanted: Wanted) -> str:
    start = f" --from {wanted.start_date}" if wanted.start_date else ""
    command = f"smena integration {wanted.kind} --inn {wanted.organization.inn} --product {wanted.product}{start}"
    return f"run `{command} --out FILE`, have FILE signed by a detached CMS signature"
