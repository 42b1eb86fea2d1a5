"""Reads raw pages into frames. A record that cannot be read becomes a reject with its reason; others are unaffected."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import pandas as pd

from smena.contract.decoding import Undecodable, decode, is_empty
from smena.contract.ofd import IGNORED, RawPageAnswer, document_types, page_type
from smena.model.identifiers import clean_inn
from smena.model.reasons import Reason
from smena.transform.decoded import Reader, decoded_now
from smena.transform.duplicates import distinct
from smena.transform.frames import OPENINGS, SHIFT_KEY, SIGNS, Z_REPORTS
from smena.transform.health import signs_of
from smena.transform.pages import Found, RawPage, converted, moments, reject, rejects_frame, unexpected, unreadable
from smena.transform.receipts import receipt_frames
from smena.transform.schema import MOMENT

_VAT_KEY = re.compile(rb'"(nds(?:Calculated)?[0-9]+)"')


EARLIEST = pd.Timestamp("2016-07-01")
"""The law on online registers; an earlier time is a fault of the clock, not a day of another window."""

_WINDOW = ["begins", "ends", "latest"]
Windows = Mapping[int, tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp]]
"""By page: the first moment of its days, the moment after the last, and the latest that a clock can show."""


@dataclass(frozen=True, slots=True)
class FiscalFrames:
    """The documents of by-period pages: frames of `frames.py`.

    `outside` are z-reports of days that their page was not requested for; the windows of their own days load them.
    """

    z_reports: pd.DataFrame
    outside: pd.DataFrame
    openings: pd.DataFrame
    receipts: pd.DataFrame
    vat_lines: pd.DataFrame
    rejects: pd.DataFrame


_Contents = tuple[dict[str, list[Any]], list[dict[str, Any]]]
"""The documents of a page by their kind, and the rejects of those that cannot be read."""


def read_documents(
    pages: Iterable[RawPage], windows: Windows | None = None, reader: Reader = decoded_now
) -> FiscalFrames:
    """Read the fiscal documents of by-period pages. An empty body holds none. A document reported twice is one.

    Args:
        pages: responses of by-period.
        windows: the days that pages were requested for. A z-report of another day is `outside`; one without a window,
            or of an impossible day, never is.
        reader: returns the contents of a page, which may have been decoded before.
    """
    found: dict[str, Found] = defaultdict(Found)
    rejects: list[dict[str, Any]] = []
    for page in pages:
        known, broken = reader(page, _contents)
        rejects += broken
        for kind, of_kind in known.items():
            if of_kind:
                found[kind].add(page, of_kind)
    receipts, vat_lines, doubled = receipt_frames(found, _fiscal)
    openings, opened_twice = distinct(_openings(found["openShift"]), SHIFT_KEY, "openShift")
    z_reports = _z_reports(found["closeShift"])
    is_outside = _is_outside(z_reports, windows or {})
    return FiscalFrames(
        _each_once(z_reports[~is_outside].reset_index(drop=True)),
        _each_once(z_reports[is_outside].reset_index(drop=True)),
        openings,
        receipts,
        vat_lines,
        rejects_frame(rejects, [doubled, opened_twice]),
    )


def _is_outside(z_reports: pd.DataFrame, windows: Windows) -> pd.Series:
    """Whether each z-report lies outside the days that its page was requested for."""
    bounds = {name: {page: days[place] for page, days in windows.items()} for place, name in enumerate(_WINDOW)}
    days = (
        pd.DataFrame(bounds, columns=_WINDOW)
        .astype(dict.fromkeys(_WINDOW, MOMENT))
        .reindex(z_reports["page_id"].astype("int64"))
    )
    days = days.set_axis(z_reports.index)
    closed = z_reports["closed_at"]
    is_before = (closed < days["begins"]) & (closed >= EARLIEST)
    is_outside: pd.Series = is_before | ((closed >= days["ends"]) & (closed <= days["latest"]))
    return is_outside


def _contents(page: RawPage) -> _Contents:
    """The contents of a page. An empty body has none."""
    rejects: list[dict[str, Any]] = []
    if is_empty(page.body):
        return {}, rejects
    vat_keys = frozenset(key.decode() for key in _VAT_KEY.findall(page.body)) - {"nds0"}
    try:
        return _read_page(page, vat_keys, rejects), rejects
    except Exception as error:  # noqa: BLE001 - the border of a page
        return {}, [*rejects, unexpected(page, error)]


def _read_page(page: RawPage, vat_keys: frozenset[str], rejects: list[dict[str, Any]]) -> dict[str, list[Any]]:
    try:
        return _all_at_once(page, vat_keys)
    except Undecodable:
        return _one_by_one(page, vat_keys, rejects)


def _all_at_once(page: RawPage, vat_keys: frozenset[str]) -> dict[str, list[Any]]:
    """The documents of a valid page. Raises Undecodable where anything may be wrong."""
    documents = decode(page.body, page_type(vat_keys)).documents
    known = {
        kind: [getattr(one, kind) for one in documents if getattr(one, kind) is not None]
        for kind in document_types(vat_keys)
    }
    ignored = sum(getattr(one, kind) is not None for one in documents for kind in IGNORED)
    ours = all(one.kkt_reg_id.strip() == page.unit_id for of_kind in known.values() for one in of_kind)
    if not ours or sum(map(len, known.values())) + ignored != len(documents):
        raise Undecodable(Reason.NOT_WHAT_WAS_ASKED_FOR)
    return known


def _one_by_one(page: RawPage, vat_keys: frozenset[str], rejects: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """The documents of a page in which at least one is invalid: numbers as strings pass, all others are rejected."""
    known: dict[str, list[Any]] = defaultdict(list)
    try:
        documents: list[msgspec.Raw] = decode(page.body, RawPageAnswer).documents
    except Undecodable as error:
        rejects.append(reject(page, "page", unreadable(str(error)), page.body))
        return known
    types = document_types(vat_keys)
    for raw in documents:
        kind = "document"
        try:
            fields = decode(raw, dict[str, msgspec.Raw])
            of_kind = {name: value for name, value in fields.items() if bytes(value) != b"null"}
            # Other fields beside the document are unknown and ignored.
            kinds = [name for name in of_kind if name in types or name in IGNORED]
            kind = next(iter(kinds or of_kind), kind)
            if len(kinds) != 1:
                raise Undecodable(Reason.TWO_DOCUMENTS_IN_ONE if kinds else Reason.UNKNOWN_TYPE_OF_DOCUMENT)  # noqa: TRY301
            if kind in types:
                document: Any = decode(of_kind[kind], types[kind], strict=False)
                if document.kkt_reg_id.strip() != page.unit_id:
                    raise Undecodable(Reason.OF_ANOTHER_REGISTER)  # noqa: TRY301
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
            "user_inn": converted(found.column("user_inn"), lambda inn: clean_inn(inn or "") or None),
        }
        | signs_of(found)
    )


def _each_once(z_reports: pd.DataFrame) -> pd.DataFrame:
    """Z-reports, equal ones once: those that differ only in page, time of receipt or signs. The earliest is kept."""
    contents = [column for column in z_reports if column not in ("page_id", "received_at", *SIGNS)]
    if not z_reports.duplicated(contents).any():
        return z_reports
    in_order = z_reports.sort_values("received_at", kind="stable", na_position="last")
    return in_order.drop_duplicates(contents).sort_index().reset_index(drop=True)


def _openings(found: Found) -> pd.DataFrame:
    return OPENINGS.of(_fiscal(found) | {"opened_at": moments(found.column("date_time"))})
