"""Raw pages into frames. What cannot be read goes to the rejects with its reason and costs its neighbours nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
import pandas as pd

from smena.model.identifiers import clean_inn
from smena.transform.decoding import Undecodable, decode, is_empty
from smena.transform.documents import IGNORED, RawPageAnswer, document_types, page_type
from smena.transform.duplicates import distinct
from smena.transform.frames import OPENINGS, SHIFT_KEY, Z_REPORTS
from smena.transform.pages import Found, RawPage, moments, reject, rejects_frame, unexpected
from smena.transform.receipts import receipt_frames

_VAT_KEY = re.compile(rb'"(nds(?:Calculated)?[0-9]+)"')


@dataclass(frozen=True, slots=True)
class FiscalFrames:
    """What by-period pages tell: frames of `frames.py`."""

    z_reports: pd.DataFrame
    openings: pd.DataFrame
    receipts: pd.DataFrame
    vat_lines: pd.DataFrame
    rejects: pd.DataFrame


def read_documents(pages: Iterable[RawPage]) -> FiscalFrames:
    """Fiscal documents of by-period pages. An empty body holds none. The same document told twice is one."""
    found: dict[str, Found] = defaultdict(Found)
    rejects: list[dict[str, Any]] = []
    for page in pages:
        if is_empty(page.body):
            continue
        vat_keys = frozenset(key.decode() for key in _VAT_KEY.findall(page.body)) - {"nds0"}
        try:
            known = _read_page(page, vat_keys, rejects)
        except Exception as error:  # noqa: BLE001 - the border of a page
            rejects.append(unexpected(page, error))
            continue
        for kind, told in known.items():
            if told:
                found[kind].add(page, told)
    receipts, vat_lines, doubled = receipt_frames(found, _fiscal)
    openings, opened_twice = distinct(_openings(found["openShift"]), SHIFT_KEY, "openShift")
    z_reports = _z_reports(found["closeShift"])
    return FiscalFrames(
        z_reports.drop_duplicates([column for column in z_reports if column != "page_id"], ignore_index=True),
        openings,
        receipts,
        vat_lines,
        rejects_frame(rejects, [doubled, opened_twice]),
    )


def _read_page(page: RawPage, vat_keys: frozenset[str], rejects: list[dict[str, Any]]) -> dict[str, list[Any]]:
    try:
        return _all_at_once(page, vat_keys)
    except Undecodable:
        return _one_by_one(page, vat_keys, rejects)


def _all_at_once(page: RawPage, vat_keys: frozenset[str]) -> dict[str, list[Any]]:
    """The documents of a page in which nothing is wrong. Raises Undecodable where something may be."""
    documents = decode(page.body, page_type(vat_keys)).documents
    known = {
        kind: [getattr(one, kind) for one in documents if getattr(one, kind) is not None]
        for kind in document_types(vat_keys)
    }
    ignored = sum(getattr(one, kind) is not None for one in documents for kind in IGNORED)
    ours = all(one.kkt_reg_id.strip() == page.kkt_reg_id for told in known.values() for one in told)
    if not ours or sum(map(len, known.values())) + ignored != len(documents):
        raise Undecodable("a document is not what was asked for")
    return known


def _one_by_one(page: RawPage, vat_keys: frozenset[str], rejects: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """The documents of a page in which at least one cannot be read: numbers as strings pass, the rest is rejected."""
    known: dict[str, list[Any]] = defaultdict(list)
    try:
        documents: list[msgspec.Raw] = decode(page.body, RawPageAnswer).documents
    except Undecodable as error:
        rejects.append(reject(page, "page", f"the answer cannot be read: {error}", page.body))
        return known
    types = document_types(vat_keys)
    for raw in documents:
        kind = "document"
        try:
            fields = decode(raw, dict[str, msgspec.Raw])
            told = {name: value for name, value in fields.items() if bytes(value) != b"null"}
            # What stands beside the document is a field that nobody knows.
            kinds = [name for name in told if name in types or name in IGNORED]
            kind = next(iter(kinds or told), kind)
            if len(kinds) != 1:
                raise Undecodable("two documents in one" if kinds else "the type of the document is unknown")  # noqa: TRY301
            if kind in types:
                document: Any = decode(told[kind], types[kind], strict=False)
                if document.kkt_reg_id.strip() != page.kkt_reg_id:
                    raise Undecodable("the document is of another register")  # noqa: TRY301
                known[kind].append(document)
        except Undecodable as error:
            rejects.append(reject(page, kind, str(error), bytes(raw)))
    return known


def _fiscal(found: Found) -> dict[str, Any]:
    return {
        "page_id": found.pages,
        "kkt_reg_id": found.registers,
        "fiscal_drive_number": [drive.strip() for drive in found.column("fiscal_drive_number")],
        "shift_number": found.column("shift_number"),
        "fiscal_document_number": found.column("fiscal_document_number"),
    }


def _z_reports(found: Found) -> pd.DataFrame:
    return Z_REPORTS.of(
        _fiscal(found)
        | {
            "fiscal_sign": found.column("fiscal_sign"),
            "closed_at": moments(found.column("date_time")),
            "received_at": moments(found.column("receive_date_time_utc")),
            "receipts_quantity": found.column("receipts_quantity"),
            "documents_quantity": found.column("documents_quantity"),
            "user_inn": [clean_inn(inn or "") or None for inn in found.column("user_inn")],
        }
    )


def _openings(found: Found) -> pd.DataFrame:
    return OPENINGS.of(_fiscal(found) | {"opened_at": moments(found.column("date_time"))})
