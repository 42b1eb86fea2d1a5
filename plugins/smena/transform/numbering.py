"""Proves z-reports by fiscal document numbers: a shift has as many documents as its report says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from smena.contract.decoding import Undecodable, decode, is_empty
from smena.contract.ofd import Counted, DocumentNumber, Drive, Quantity
from smena.model.window import Window

Ends = Mapping[tuple[str, int], int]
"""The ФД number of a shift's z-report, by ФН and shift number."""


class _Report(msgspec.Struct, rename="camel"):
    fiscal_drive_number: Drive
    fiscal_document_number: DocumentNumber
    shift_number: Counted
    documents_quantity: Quantity
    date_time: str = ""


class _Document(msgspec.Struct):
    close_shift: _Report | None = msgspec.field(default=None, name="closeShift")


class _Documents(msgspec.Struct):
    documents: list[_Document]


def are_numbered_on(bodies: Iterable[bytes], known: Ends, days: Window | None = None) -> bool:
    """Return whether every z-report of these by-period pages is proved by the report before or after it.

    If the ФД number of a report is that of the report before it plus its own count of documents, then ФН, shift number
    and ФД number are right in both.

    Args:
        bodies: pages of by-period.
        known: reports that are not on the pages.
        days: a report of a day outside these needs no proof: the window of its own day proves it.
    """
    reports: dict[tuple[str, int], _Report] = {}
    are_readable = True
    # All pages are consumed, even after one that cannot be read, because the iterable may be fetching them.
    for body in bodies:
        try:
            documents = decode(body, _Documents).documents if not is_empty(body) else []
        except Undecodable:
            are_readable = False
            continue
        found = (one.close_shift for one in documents if one.close_shift is not None)
        reports |= {(one.fiscal_drive_number.strip(), one.shift_number): one for one in found}
    ends = {**known, **{key: one.fiscal_document_number for key, one in reports.items()}}
    follow = {
        (drive, number): ends[drive, number - 1] == one.fiscal_document_number - one.documents_quantity
        for (drive, number), one in reports.items()
        if (drive, number - 1) in ends
    }
    first, last = (days.first_day.isoformat(), days.last_day.isoformat()) if days else ("", "9")
    near = (
        (follow.get((drive, number)), follow.get((drive, number + 1)))
        for (drive, number), one in reports.items()
        if first <= one.date_time[:10] <= last
    )
    return are_readable and all(True in both and False not in both for both in near)


def closings_of(bodies: Iterable[bytes], first_day: date) -> frozenset[tuple[str, int]] | None:
    """Return the z-reports of by-period pages formed on `first_day` or later: ФН and shift number.

    None where a page, or the day of a report, cannot be read: then any shift may have been closed.
    """
    found: set[tuple[str, int]] = set()
    for body in bodies:
        try:
            documents = decode(body, _Documents).documents if not is_empty(body) else []
            reports = [one.close_shift for one in documents if one.close_shift is not None]
            of_days = [one for one in reports if date.fromisoformat(one.date_time[:10]) >= first_day]
        except (Undecodable, ValueError):
            return None
        found |= {(one.fiscal_drive_number.strip(), one.shift_number) for one in of_days}
    return frozenset(found)
