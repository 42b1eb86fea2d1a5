"""The stream of events: every change of documents and of closed periods, in the order of the commits."""

from __future__ import annotations

from fastapi import APIRouter

from smena.reads.events import BEGINNING, EventPlace, events_after, place_of
from smena.ui.api.auth import Reader, UsePages
from smena.ui.api.fields import AfterEvent, Inn, Limit
from smena.ui.api.models import Document, Event, Events
from smena.ui.api.problems import documented
from smena.ui.pages import organization_in_sight

router = APIRouter(tags=["events"])


@router.get("/events", responses=documented(404))
def events(who: Reader, pages: UsePages, after: AfterEvent = "", inn: Inn = None, limit: Limit = 500) -> Events:
    """Return the next events. A reader that stores `next` with its own data misses nothing and reads nothing twice.

    A grant does not bring older events: whoever is granted another organisation reads it once from the beginning,
    with `inn`.
    """
    place = EventPlace.parse(after) if after else BEGINNING
    with pages.reading(who) as transaction:
        if inn is not None:
            organization_in_sight(transaction, inn)
        rows = events_after(transaction, place, inn=inn, most=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    items = [
        Event(
            place=str(place_of(row)),
            type=row["type"],
            organization_inn=row["organization_inn"],
            changed_at=row["changed_at"],
            document=Document.model_validate(row) if row["document_id"] else None,
            closed_through=row["closed_through"],
        )
        for row in rows
    ]
    return Events(items=items, next=str(place_of(rows[-1])) if rows else str(place), has_more=more)
