"""The events of documents and closed periods, in the order of the commits, for consumers that copy the documents."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smena.warehouse.database import Row, Transaction, Warehouse

TYPES = (
    "issued", "revised", "moved", "accepted", "unaccepted", "rejected", "reversed", "restored", "period_closed",
    "period_opened",
)  # fmt: skip
"""Types of events; the last two are of periods, the others of documents."""

_WRITTEN = re.compile(r"(0|[1-9][0-9]{0,17})-(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class EventPlace:
    """The place of an event in the stream: a reader goes on after the place of the last event that it has stored.

    Attributes:
        position: of the transaction, in the order of the commits.
        event_id: of the event within its transaction.
    """

    position: int
    event_id: int

    def __str__(self) -> str:
        return f"{self.position}-{self.event_id}"

    @staticmethod
    def parse(text: str) -> EventPlace:
        """Return the place that `str` has written. Raises ValueError for any other text."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError("not a place of an event")
        return EventPlace(int(found[1]), int(found[2]))


BEGINNING = EventPlace(0, 0)


def place_of(event: Row) -> EventPlace:
    """Return the place of an event that `events_after` returned."""
    return EventPlace(event["position"], event["event_id"])


def events_after(
    database: Transaction | Warehouse, after: EventPlace, *, inn: str | None = None, most: int
) -> list[Row]:
    """Return the next events after a place: of the organisation, or of all that the reader may see.

    An event has the row of `accounting.document` after the change. Events of periods have `closed_through` instead:
    the last closed day, or None if no day is closed any more.
    """
    return database.rows("events", inn=inn, after_position=after.position, after_event=after.event_id, most=most)
