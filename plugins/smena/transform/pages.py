"""Stored responses (pages) as the transform gets them, and the rejects made of records that cannot be read.

A page or a record that cannot be parsed does not stop a load: it becomes a row of REJECTS with the reason and the raw
text, which goes to quarantine, and the other records go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from smena.contract.decoding import LONGEST_IDENTIFIER, Undecodable, cut, decode, storable
from smena.contract.ofd import PartialDocument
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.unexpected import contained, place_of
from smena.transform.frames import REJECTS

LONGEST_RECORD = 20_000
_NONE = np.datetime64(0, "us")
_NEVER = np.datetime64("NaT", "us")


@dataclass(frozen=True, slots=True)
class RawPage:
    """The (decompressed) bytes of a response, with the unit of the request: a register, or a shop of Kontur.Market."""

    page_id: int
    unit_id: str
    body: bytes


class Found:
    """Parsed documents of one kind, each with its page and register: three lists of equal length."""

    def __init__(self) -> None:
        self.pages: list[int] = []
        self.registers: list[str] = []
        self.documents: list[Any] = []

    def add(self, page: RawPage, documents: Sequence[Any]) -> None:
        self.pages += [page.page_id] * len(documents)
        self.registers += [page.unit_id] * len(documents)
        self.documents += documents

    def extend(self, other: Found) -> None:
        self.pages += other.pages
        self.registers += other.registers
        self.documents += other.documents

    def column(self, name: str) -> list[Any]:
        return list(map(attrgetter(name), self.documents))


def converted(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Return what `convert` makes of each value. It is called once for each of those that are equal."""
    try:
        known = {value: convert(value) for value in set(values)}
    except TypeError:
        return list(map(convert, values))  # a list or an object among them has no hash
    return list(map(known.__getitem__, values))


def moments(values: Iterable[datetime | None]) -> np.ndarray[Any, Any]:
    """Return naive moments; `1970-01-01T00:00:00` means none, and a moment with a zone is converted to UTC."""
    naive = [moment if moment is None or moment.tzinfo is None else _naive(moment) for moment in values]
    # Arrow converts Python's datetimes much faster than numpy does.
    times = pa.array(naive, pa.timestamp("us")).to_numpy(zero_copy_only=False)
    return np.where(times == _NONE, _NEVER, times)


def _naive(moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return None  # at the ends of the calendar


def day_of(value: object) -> datetime | None:
    """Return the day of a date or moment in a text; None for other texts and for days before there were registers."""
    try:
        moment = datetime.fromisoformat(str(value)[:10])
    except ValueError:
        return None
    return moment if moment.year > 2000 else None


def reject(page: RawPage, kind: str, why: str, record: bytes) -> dict[str, Any]:
    """Return a rejected record and its stored reason `why`, with the parts of its identity that can be read."""
    try:
        parsed = next(iter(decode(record, dict[str, PartialDocument]).values()), PartialDocument())
    except Undecodable:
        parsed = PartialDocument()
    drive = parsed.fiscal_drive_number
    return reject_of_day(page, kind, why, record, day_of(parsed.date_time)) | {
        "fiscal_drive_number": _identifier(drive),
        "shift_number": _number(parsed.shift_number),
        "fiscal_document_number": _number(parsed.fiscal_document_number),
    }


def unreadable(why: str) -> str:
    """Return the reason for rejecting a whole response, which contains the reason `why` it cannot be read."""
    return reason(Reason.ANSWER_UNREADABLE, reason=why)


def unexpected(page: RawPage, error: Exception, kind: str = "page") -> dict[str, Any]:
    """Return the reject of a whole page on which a reader raised; the traceback is logged."""
    contained(error, f"page {page.page_id}")
    return reject_of_day(page, kind, unreadable(reason(Reason.FAILED_WITH, text=place_of(error))), page.body, None)


def reject_of_day(page: RawPage, kind: str, why: str, record: bytes, day: datetime | None) -> dict[str, Any]:
    """Return a rejected record without fiscal numbers; its day where that is known."""
    return {
        "page_id": page.page_id,
        "unit_id": page.unit_id,
        "kind": cut(storable(kind), LONGEST_IDENTIFIER),
        "reason": why,
        "record": storable(record[:LONGEST_RECORD].decode(errors="replace")),
        "day": day,
        "fiscal_drive_number": None,
        "shift_number": None,
        "fiscal_document_number": None,
    }


def _identifier(value: object) -> str | None:
    text = storable(value.strip()) if isinstance(value, str) else ""
    return text if 0 < len(text) <= LONGEST_IDENTIFIER else None


def _number(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < 2**31 else None


def rejects_frame(rows: list[dict[str, Any]], more: Iterable[pd.DataFrame] = ()) -> pd.DataFrame:
    """Return rejected records (REJECTS), those given as rows first."""
    frame = REJECTS.of({column: [row[column] for row in rows] for column in REJECTS.columns})
    rest = [one for one in more if len(one)]
    return pd.concat([frame, *rest], ignore_index=True) if rest else frame
