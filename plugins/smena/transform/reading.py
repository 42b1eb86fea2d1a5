"""Raw pages into frames. What cannot be read goes to the rejects with its reason and costs its neighbours nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from smena.model.outcome import OPERATION_CODES
from smena.transform.documents import (
    IGNORED,
    RECEIPT_KINDS,
    EndsAnswer,
    RawPageAnswer,
    RawTotalsAnswer,
    Told,
    Totals,
    TotalsAnswer,
    document_types,
    page_type,
)
from smena.transform.duplicates import distinct
from smena.transform.frames import MONEY, OPENINGS, RECEIPTS, REJECTS, SHIFT_TOTALS, VAT_LINES, Z_REPORTS

LONGEST_RECORD = 20_000
TAXATIONS = {1: "osn", 2: "usn_income", 4: "usn_income_expense", 8: "envd", 16: "eshn", 32: "psn"}
_VAT_KEY = re.compile(rb'"(nds(?:Calculated)?[0-9]+)"')
_NONE = datetime(1970, 1, 1)  # noqa: DTZ001 - fiscal times have no zone
_NEVER = np.datetime64("NaT")


@dataclass(frozen=True, slots=True)
class RawPage:
    """An answer's bytes (decompressed) with the register that was asked."""

    page_id: int
    kkt_reg_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class FiscalFrames:
    """What by-period pages tell: frames of `frames.py`."""

    z_reports: pd.DataFrame
    openings: pd.DataFrame
    receipts: pd.DataFrame
    vat_lines: pd.DataFrame
    rejects: pd.DataFrame


class _Found:
    """Documents of one kind, with the page and the register each came from."""

    def __init__(self) -> None:
        self.pages: list[int] = []
        self.registers: list[str] = []
        self.documents: list[Any] = []

    def add(self, page: RawPage, documents: Sequence[Any]) -> None:
        self.pages += [page.page_id] * len(documents)
        self.registers += [page.kkt_reg_id] * len(documents)
        self.documents += documents

    def column(self, name: str) -> list[Any]:
        return [getattr(document, name) for document in self.documents]


def read_documents(pages: Iterable[RawPage]) -> FiscalFrames:
    """Fiscal documents of by-period pages. An empty body holds none. The same document told twice is one."""
    found: dict[str, _Found] = defaultdict(_Found)
    rejects: list[dict[str, Any]] = []
    for page in pages:
        if not page.body.strip():
            continue
        vat_keys = frozenset(key.decode() for key in _VAT_KEY.findall(page.body)) - {"nds0"}
        try:
            documents = msgspec.json.decode(page.body, type=page_type(vat_keys)).documents  # type: ignore[attr-defined]
            known = {
                kind: [getattr(one, kind) for one in documents if getattr(one, kind) is not None]
                for kind in document_types(vat_keys)
            }
            ignored = sum(getattr(one, kind) is not None for one in documents for kind in IGNORED)
            ours = all(one.kkt_reg_id.strip() == page.kkt_reg_id for told in known.values() for one in told)
            if not ours or sum(map(len, known.values())) + ignored != len(documents):
                raise msgspec.ValidationError("a document is not what was asked for")
        except msgspec.DecodeError:
            known = _one_by_one(page, vat_keys, rejects)
        for kind, told in known.items():
            if told:
                found[kind].add(page, told)
    receipts, vat_lines = _receipts(found)
    receipts, doubled = distinct(receipts, ["fiscal_drive_number", "fiscal_document_number"], "receipt")
    openings, opened_twice = distinct(
        _openings(found["openShift"]), ["fiscal_drive_number", "shift_number"], "openShift"
    )
    z_reports = _z_reports(found["closeShift"])
    return FiscalFrames(
        z_reports.drop_duplicates([c for c in z_reports if c != "page_id"], ignore_index=True),
        openings,
        receipts,
        vat_lines.drop_duplicates(ignore_index=True),
        _rejects_frame(rejects, [doubled, opened_twice]),
    )


def read_shift_totals(pages: Iterable[RawPage]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Totals by shift (SHIFT_TOTALS), and the entries that cannot be read (REJECTS)."""
    found = _Found()
    rejects: list[dict[str, Any]] = []
    for page in pages:
        if not page.body.strip():
            continue
        try:
            found.add(page, msgspec.json.decode(page.body, type=TotalsAnswer).shifts)
        except msgspec.DecodeError:
            found.add(page, _totals_one_by_one(page, rejects))
    sums = {
        name: [getattr(getattr(one, section), field) for one in found.documents]
        for name, (section, field) in zip(
            MONEY,
            [(section, "cash_total") for section in ("sell", "return_sell", "buy", "return_buy")]
            + [("sell", "cashless_total"), ("return_sell", "cashless_total")],
            strict=True,
        )
    }
    counts = [one.sell.count + one.return_sell.count + one.buy.count + one.return_buy.count for one in found.documents]
    frame = SHIFT_TOTALS.of(
        {
            "page_id": found.pages,
            "kkt_reg_id": found.registers,
            "shift_number": found.column("shift_number"),
            "opened_at": _moments(found.column("shift_open")),
            "closed_at": _moments(found.column("shift_close")),
            "receipts": counts,
            **sums,
        }
    )
    return frame, _rejects_frame(rejects, [])


def last_close_without_opening(body: bytes, first_day: date) -> date | None:
    """The last day from `first_day` on whose shift, in an answer of by-shifts, was opened before the answer begins.

    None where there is none, or where the answer cannot be read: what is wrong with it is found when it is read.
    """
    try:
        entries = msgspec.json.decode(body, type=EndsAnswer).shifts if body.strip() else []
    except msgspec.DecodeError:
        return None
    cut = [one.shift_close.date() for one in entries if one.shift_close is not None and one.shift_open is None]
    return max((day for day in cut if day >= first_day), default=None)


def _one_by_one(page: RawPage, vat_keys: frozenset[str], rejects: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """The documents of a page in which at least one cannot be read: numbers as strings pass, the rest is rejected."""
    known: dict[str, list[Any]] = defaultdict(list)
    try:
        documents = msgspec.json.decode(page.body, type=RawPageAnswer).documents
    except msgspec.DecodeError as error:
        rejects.append(_reject(page, "page", f"the answer cannot be read: {error}", page.body))
        return known
    types = document_types(vat_keys)
    for raw in documents:
        kind = "document"
        try:
            told = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
            kind = next(iter(told), "document")
            if len(told) == 1 and kind in IGNORED:
                continue
            if len(told) != 1 or kind not in types:
                raise msgspec.ValidationError("the type of the document is unknown")
            document: Any = msgspec.json.decode(told[kind], type=types[kind], strict=False)
            if document.kkt_reg_id.strip() != page.kkt_reg_id:
                raise msgspec.ValidationError("the document is of another register")
            known[kind].append(document)
        except msgspec.DecodeError as error:
            rejects.append(_reject(page, kind, str(error), bytes(raw)))
    return known


def _totals_one_by_one(page: RawPage, rejects: list[dict[str, Any]]) -> list[Totals]:
    known: list[Totals] = []
    try:
        entries = msgspec.json.decode(page.body, type=RawTotalsAnswer).shifts
    except msgspec.DecodeError as error:
        rejects.append(_reject(page, "byShifts", f"the answer cannot be read: {error}", page.body))
        return known
    for raw in entries:
        try:
            known.append(msgspec.json.decode(raw, type=Totals, strict=False))
        except msgspec.DecodeError as error:
            rejects.append(_reject(page, "byShifts", str(error), bytes(raw)))
    return known


def _reject(page: RawPage, kind: str, reason: str, record: bytes) -> dict[str, Any]:
    """A rejected record, with what of its identity can still be told."""
    told = Told()
    try:
        inner = msgspec.json.decode(record, type=dict[str, Told])
        told = next(iter(inner.values()), told)
    except msgspec.DecodeError:
        pass
    return {
        "page_id": page.page_id,
        "kkt_reg_id": page.kkt_reg_id,
        "kind": kind,
        "reason": reason,
        "record": record[:LONGEST_RECORD].decode(errors="replace"),
        "day": _day(told.date_time),
        "fiscal_drive_number": told.fiscal_drive_number.strip() if isinstance(told.fiscal_drive_number, str) else None,
        "shift_number": _number(told.shift_number),
        "fiscal_document_number": _number(told.fiscal_document_number),
    }


def _day(told: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(told)[:10])
    except ValueError:
        return None
    return moment if moment.year > 2000 else None


def _number(told: object) -> int | None:
    return told if type(told) is int and 0 <= told < 2**62 else None


def _rejects_frame(rows: list[dict[str, Any]], more: list[pd.DataFrame]) -> pd.DataFrame:
    frame = REJECTS.of({column: [row[column] for row in rows] for column in REJECTS.columns})
    rest = [one for one in more if len(one)]
    return pd.concat([frame, *rest], ignore_index=True) if rest else frame


def _moments(told: Iterable[datetime | None]) -> np.ndarray[Any, Any]:
    """Naive moments; `1970-01-01T00:00:00` means none, and what has a zone is turned to UTC."""
    naive = (
        moment if moment is None or moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
        for moment in told
    )
    return np.array(
        [_NEVER if moment is None or moment == _NONE else moment for moment in naive], dtype="datetime64[us]"
    )


def _fiscal(found: _Found) -> dict[str, Any]:
    return {
        "page_id": found.pages,
        "kkt_reg_id": found.registers,
        "fiscal_drive_number": [drive.strip() for drive in found.column("fiscal_drive_number")],
        "shift_number": found.column("shift_number"),
        "fiscal_document_number": found.column("fiscal_document_number"),
    }


def _z_reports(found: _Found) -> pd.DataFrame:
    return Z_REPORTS.of(
        _fiscal(found)
        | {
            "fiscal_sign": found.column("fiscal_sign"),
            "closed_at": _moments(found.column("date_time")),
            "received_at": _moments(found.column("receive_date_time_utc")),
            "receipts_quantity": found.column("receipts_quantity"),
            "documents_quantity": found.column("documents_quantity"),
            "user_inn": [_inn(inn) for inn in found.column("user_inn")],
        }
    )


def _inn(told: str | None) -> str | None:
    inn = (told or "").strip()
    return (inn[2:] if len(inn) == 12 and inn.startswith("00") else inn) or None


def _openings(found: _Found) -> pd.DataFrame:
    return OPENINGS.of(_fiscal(found) | {"opened_at": _moments(found.column("date_time"))})


def _receipts(found: dict[str, _Found]) -> tuple[pd.DataFrame, pd.DataFrame]:
    all_of, kinds = _Found(), []
    for kind in RECEIPT_KINDS:
        one = found[kind]
        all_of.pages += one.pages
        all_of.registers += one.registers
        all_of.documents += one.documents
        kinds += [kind] * len(one.documents)
    fiscal = _fiscal(all_of)
    receipts = RECEIPTS.of(
        fiscal
        | {
            "fiscal_sign": all_of.column("fiscal_sign"),
            "formed_at": _moments(all_of.column("date_time")),
            "kind": kinds,
            "operation": [str(OPERATION_CODES[code]) for code in all_of.column("operation_type")],
            "taxation": [_taxation(mask) for mask in all_of.column("taxation_type")],
            "agent": [_agent(receipt) for receipt in all_of.documents],
            "corrects_day": _moments([_corrected(receipt) for receipt in all_of.documents]),
            "total": all_of.column("total_sum"),
            "cash": [amount or 0 for amount in all_of.column("cash_total_sum")],
            "cashless": [amount or 0 for amount in all_of.column("ecash_total_sum")],
            "prepaid": [amount or 0 for amount in all_of.column("pre_payment_total_sum")],
            "postpaid": [amount or 0 for amount in all_of.column("post_payment_total_sum")],
            "consideration": [amount or 0 for amount in all_of.column("consideration_total_sum")],
        }
    )
    lines = [
        (drive, number, key, amount)
        for drive, number, receipt in zip(
            fiscal["fiscal_drive_number"], fiscal["fiscal_document_number"], all_of.documents, strict=True
        )
        for key in receipt.__struct_fields__
        if key.startswith("nds") and (amount := getattr(receipt, key))
    ]
    vat_lines = VAT_LINES.of(
        {
            "fiscal_drive_number": [line[0] for line in lines],
            "fiscal_document_number": [line[1] for line in lines],
            "rate": [_rate(line[2]) for line in lines],
            "vat": [line[3] for line in lines],
        }
    )
    return receipts, vat_lines


def _rate(key: str) -> str:
    """`nds20` → 20, `ndsCalculated20` → calculated_20."""
    return key.replace("ndsCalculated", "calculated_").replace("nds", "")


def _taxation(mask: int | None) -> str | None:
    if not mask:
        return None
    return TAXATIONS.get(mask, "mixed")


def _agent(receipt: Any) -> bool | None:
    """Whether the money is a principal's; None where a receipt mixes both."""
    if receipt.payment_agent_type:
        return True
    signs = {
        bool(item.payment_agent_by_product_type or item.payment_agent_type or item.provider_inn)
        for item in receipt.items or ()
    }
    return None if len(signs) > 1 else signs == {True}


def _corrected(receipt: Any) -> datetime | None:
    base = receipt.correction_base.document_date if receipt.correction_base else None
    day: datetime | None = receipt.correction_document_date or base
    return day
