"""Documents: a page of a filter; one with its history and evidence; accept, reject and take back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from smena.decisions.documents import ACCEPTED, mark
from smena.model.errors import WrongUse
from smena.reads.documents import Filter, Place, are_in_sight, document_of, page_of
from smena.ui.api.auth import Editor, Reader, UsePages
from smena.ui.api.fields import (
    After,
    CannotBe,
    FirstDay,
    Inn,
    LastDay,
    Limit,
    Model,
    PlainText,
    check_span,
    id_in_place,
    parsed_place,
    written_place,
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

ShortText = Annotated[str | None, Query(max_length=_LONGEST_NUMBER), PlainText]


class Mark(Model):
    """Documents and the status that they get. `new` takes an acceptance back."""

    documents: list[UUID] = Field(min_length=1, max_length=MOST_MARKED)
    status: Literal["accepted", "rejected", "new"]
    reason: Annotated[str, PlainText] = Field(default="", max_length=500, description="Needed unless accepted.")


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
    order: Annotated[Literal["asc", "desc"], Query(description="By day, the oldest or the newest first.")] = "desc",
    after: After = "",
    limit: Limit = 100,
) -> Documents:
    """Return a page of documents, by day and number."""
    check_span(first_day, last_day)
    place = _place(after) if after else None
    wanted = Filter(inn, first_day, last_day, kind, status, source, kpp or None, number or None)
    with pages.reading(who) as transaction:
        if inn is not None:
            organization_in_sight(transaction, inn)
        rows = page_of(transaction, wanted, sort="day", down=order == "desc", after=place, most=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    last = rows[-1] if more else None
    return Documents(
        items=[Document.model_validate(row) for row in rows],
        next=written_place(last["date"], last["number"], last["document_id"]) if last else None,
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


@router.post("/documents/mark", responses=documented(404, 409, 413))
def mark_documents(who: Editor, pages: UsePages, wanted: Mark) -> Marked:
    """Accept or reject documents, or take their acceptance back: all of them or none."""
    reason = wanted.reason.strip()
    if wanted.status != ACCEPTED and not reason:
        raise CannotBe("reason_needed")
    chosen = sorted({str(one) for one in wanted.documents})

    def look(transaction: object) -> None:
        if not are_in_sight(transaction, chosen):  # type: ignore[arg-type]
            raise NotInSight

    with pages.editing(who, look) as transaction:
        done = mark(transaction, chosen, status=wanted.status, by=who.name, reason=reason or None)
    return Marked(status=wanted.status, changed=done.changed)


def _place(after: str) -> Place:
    day, number, document_id = parsed_place(after, 3)
    try:
        return Place(date.fromisoformat(day), number, id_in_place(document_id))
    except ValueError:
        raise CannotBe("not_a_place") from None
