"""Entries of a service's list: an unreadable entry is returned separately, and the others are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from smena.contract.decoding import storable
from smena.model.reason_text import reason_of

T = TypeVar("T")
Broken = dict[str, str]
"""An entry that cannot be read: its `record` and the `reason`."""

LONGEST_RECORD = 20_000


def read_each(entries: Iterable[msgspec.Raw], read: Callable[[msgspec.Raw], T]) -> tuple[list[T], list[Broken]]:
    """Return the entries that can be read, and those for which `read` raises ValueError."""
    good: list[T] = []
    broken: list[Broken] = []
    for one in entries:
        try:
            good.append(read(one))
        except ValueError as error:
            record = storable(bytes(one).decode(errors="replace")[:LONGEST_RECORD])
            broken.append({"record": record, "reason": reason_of(error)})
    return good, broken
