"""Documents: a page of a filter; one with its history and evidence; accept, reject and take back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import Field

from smena.decisions.documents import mark
from smena.model.errors import WrongUse
from smena.reads.documents import Filter, Place, are_in_sight, document_of, page_of
from smena.ui.api.auth import Editor, Reader, UsePages
from smena.ui.api.fields import (
    PLAIN,
    REASON,
    AfterDocument,
    FirstDay,
    Inn,
    LastDay,
    Limit,
    Model,
)
from smena.ui.api.models import (
    DecisionOfDocument,
    Document,
    Documents,
    Kind,
    Marked,
    OneDocument,
    Revision,
    Source,
    Status,
    evidence_of,
)
from smena.ui.api.problems import documented
from smena.ui.pages import NotInSight, organization_in_sight
from smena.warehouse.lineage import lineage_of

router = APIRouter(tags=["documents"])

MOST_MARKED = 500
_LONGEST_NUMBER = 200
_EPOCH = date(2000, 1, 1)
"""No document is older."""

ShortText = Annotated[str | None, Query(max_length=_LONGEST_NUMBER, pattern=PLAIN)]


Named = Annotated[list[UUID], Field(min_length=1, max_length=MOST_MARKED)]


class Accept(Model):
    """Documents to accept."""

    documents: Named
    status: Literal["accepted"]
    reason: str = Field(default="", max_length=500, pattern=PLAIN)


class Reject(Model):
    """Documents to reject, or whose acceptance is taken back (`new`), and why."""

    documents: Named
    status: Literal["rejected", "new"]
    reason: str = Field(max_length=500, pattern=REASON)


Mark = Annotated[Accept | Reject, Body(discriminator="status")]


@router.get("/documents", responses=documented(404))
def documents(
    who: Reader,
    pages: UsePages,
    inn: Inn = None,
    first_day: FirstDay = None,
    last_day: LastDay = None,
    kind: Kind | None = None,
    status: Status | None = None,
    source: Source | None = None,
    kpp: ShortText = None,
    number: ShortText = None,
    sales_point: ShortText = None,
    order: Annotated[Literal["asc", "desc"], Query(description="By day, the oldest or the newest first.")] = "desc",
    after: AfterDocument = "",
    limit: Limit = 100,
) -> Documents:
    """Return a page of documents, by day and number."""
    place = _place(after) if after else None
    wanted = Filter(inn, first_day, last_day, kind, status, source, kpp or None, number or None, sales_point or None)
    with pages.reading(who) as transaction:
        if inn is not None:
            organization_in_sight(transaction, inn)
        rows = page_of(transaction, wanted, sort="day", down=order == "desc", after=place, most=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    last = rows[-1] if more else None
    return Documents(
        items=[Document.model_validate(row) for row in rows],
        next=f"{(last['date'] - _EPOCH).days}_{last['document_id']}_{last['number']}" if last else None,
    )


@router.get("/documents/{document_id}", responses=documented(404))
def document(request: Request, who: Reader, pages: UsePages, document_id: UUID) -> OneDocument:
    """Return one document with its former contents, the responses behind it and the decisions about it."""
    with pages.reading(who) as transaction:
        row = document_of(transaction, str(document_id))
        if row is None:
            raise NotInSight
        try:
            lineage = lineage_of(transaction, str(document_id))
        except WrongUse:
            raise NotInSight from None
    return OneDocument(
        document=Document.model_validate(row),
        history=[Revision.model_validate(one) for one in lineage.revisions],
        evidence=evidence_of(lineage.pages),
        decisions=[DecisionOfDocument.model_validate(one) for one in lineage.decisions],
        page=f"{request.scope.get('root_path', '').removesuffix('/api')}/documents/{document_id}",
    )


@router.post("/document-statuses", responses=documented(404, 409, 413))
def mark_documents(who: Editor, pages: UsePages, wanted: Mark) -> Marked:
    """Accept or reject documents, or take their acceptance back: all of them or none."""
    chosen = sorted({str(one) for one in wanted.documents})

    def look(transaction: object) -> None:
        if not are_in_sight(transaction, chosen):  # type: ignore[arg-type]
            raise NotInSight

    with pages.editing(who, look) as transaction:
        done = mark(transaction, chosen, status=wanted.status, by=who.name, reason=wanted.reason.strip() or None)
    return Marked(status=wanted.status, changed=done.changed)


def _place(after: str) -> Place:
    days, document_id, number = after.split("_", 2)
    return Place(_EPOCH + timedelta(days=int(days)), number, document_id)
