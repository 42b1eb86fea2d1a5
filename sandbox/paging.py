"""by-period's pages: an opaque cursor over the register's documents in the order in which they were formed."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import numpy as np

from sandbox import refusals
from sandbox.identity import stable_seed
from sandbox.ledger import Ledger
from sandbox.world import Register


@dataclass(frozen=True, slots=True)
class Page:
    """Ordinals of the documents of a page, and the cursor after it (None: the answer has no `nextOffset`)."""

    ordinals: list[int]
    next_offset: str | None


def encode_offset(register: Register, ordinal: int) -> str:
    """Return the opaque cursor that points at a document: 16 bytes in base64."""
    ledger = register.ledger
    drive = stable_seed(register.drives[int(ledger.drive[ordinal])].number)
    return base64.b64encode(
        drive.to_bytes(8, "big") + (drive ^ int(ledger.number[ordinal])).to_bytes(8, "big")
    ).decode()


def decode_offset(register: Register, offset: str) -> tuple[int, int]:
    """Return the drive's index and the document's ordinal of a cursor; 400 if it is not of this register."""
    try:
        raw = base64.b64decode(offset, validate=True)
    except (binascii.Error, ValueError):
        raise refusals.bad_offset() from None
    mark = int.from_bytes(raw[:8], "big")
    number = int.from_bytes(raw[8:], "big") ^ mark
    for index, drive in enumerate(register.drives):
        if stable_seed(drive.number) == mark and 1 <= number <= drive.documents:
            return index, drive.first_ordinal + number - 1
    raise refusals.bad_offset()


def _has_documents(ledger: Ledger, drive: int, low: int, high: int) -> bool:
    return low < high and int(ledger.drive[low]) <= drive <= int(ledger.drive[high - 1])


def turn_page(
    register: Register, low: int, high: int, offset: str, limit: int, types: frozenset[int] | None, scan_limit: int
) -> Page:
    """Return a page of the documents `[low, high)`.

    The cursor of the answer is the last document *scanned*, wanted or not: with `types` a page may be short or empty
    while the cursor moves. A page that scanned nothing is the last one and returns the offset that was sent.

    Args:
        types: codes of the wanted kinds, None: all. scan_limit: how many documents a filtered page scans.
    """
    ledger = register.ledger
    position = low
    if offset:
        drive, ordinal = decode_offset(register, offset)
        if not _has_documents(ledger, drive, low, high):
            raise refusals.bad_offset()
        position = max(low, ordinal + 1)
    if position >= high:
        return Page([], offset or None)
    if types is None:
        end = min(high, position + limit)
        return Page(list(range(position, end)), encode_offset(register, end - 1))
    end = min(high, position + scan_limit)
    found = np.flatnonzero(np.isin(ledger.kind[position:end], list(types))) + position
    last = int(found[limit - 1]) if len(found) >= limit else end - 1
    return Page(found[:limit].tolist(), encode_offset(register, last))
