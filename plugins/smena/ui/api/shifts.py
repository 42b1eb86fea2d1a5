"""Shifts: a page of an organisation's shifts; one with its orders and evidence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from smena.model.errors import WrongUse
from smena.reads.shifts import ShiftFilter, ShiftPlace, page_of_shifts
from smena.ui.api.auth import Reader, UsePages
from smena.ui.api.fields import AfterShift, FirstDay, LastDay, Limit
from smena.ui.api.models import (
    DecisionOfDocument,
    OneShift,
    OrderOfShift,
    OutcomeWord,
    Shift,
    Shifts,
    Source,
    evidence_of,
)
from smena.ui.api.problems import documented
from smena.ui.pages import NotInSight, organization_in_sight
from smena.warehouse.lineage import lineage_of

router = APIRouter(tags=["shifts"])

_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - closings are local times
_MICROSECOND = timedelta(microseconds=1)


@router.get("/shifts", responses=documented(404))
def shifts(
    who: Reader,
    pages: UsePages,
    inn: Annotated[str, Query(pattern=r"^[0-9]{10}([0-9]{2})?$", description="The organisation (ИНН).")],
    first_day: FirstDay = None,
    last_day: LastDay = None,
    outcome: OutcomeWord | None = None,
    source: Source | None = None,
    after: AfterShift = "",
    limit: Limit = 100,
) -> Shifts:
    """Return a page of an organisation's shifts, in the order of their closing. The days are those of the closing."""
    place = _place(after) if after else None
    with pages.reading(who) as transaction:
        organization_in_sight(transaction, inn)
        wanted = ShiftFilter(inn, first_day, last_day, outcome, source)
        rows = page_of_shifts(transaction, wanted, after=place, most=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    last = rows[-1] if more else None
    return Shifts(
        items=[Shift.model_validate(row) for row in rows],
        next=f"{(last['closed_at'] - _EPOCH) // _MICROSECOND}_{last['shift_id']}" if last else None,
    )


@router.get("/shifts/{shift_id}", responses=documented(404))
def shift(who: Reader, pages: UsePages, shift_id: UUID) -> OneShift:
    """Return one shift with its cash orders, the responses behind it and the decisions about it."""
    with pages.reading(who) as transaction:
        try:
            lineage = lineage_of(transaction, str(shift_id))
        except WrongUse:
            raise NotInSight from None
    # An id of a document is no id of a shift.
    if lineage.document is not None or lineage.shift is None:
        raise NotInSight
    return OneShift(
        shift=Shift.model_validate(lineage.shift),
        orders=[OrderOfShift.model_validate(row | {"number": str(row["number"])}) for row in lineage.documents],
        evidence=evidence_of(lineage.pages),
        decisions=[DecisionOfDocument.model_validate(one) for one in lineage.decisions],
    )


def _place(after: str) -> ShiftPlace:
    microseconds, _, shift_id = after.partition("_")
    return ShiftPlace(_EPOCH + timedelta(microseconds=int(microseconds)), shift_id)
