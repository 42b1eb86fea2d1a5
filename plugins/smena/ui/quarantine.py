"""Records in quarantine: show one with its history, ask for many again, give many up."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from smena.decisions.quarantine import give_up, retry
from smena.model.personal import masked
from smena.ui.asking import CannotBe, Id, Inn, plain, ticked
from smena.ui.auth import Editor, UsePages, Viewer
from smena.ui.pages import NotInSight, Pages, User, organization_in_sight
from smena.ui.rendering import page
from smena.ui.runs import Runs
from smena.warehouse.database import Transaction

router = APIRouter()

MOST_AT_ONCE = 500
_LONGEST_REASON = 500

Records = Annotated[list[int] | None, Form(max_length=MOST_AT_ONCE)]


@router.get("/quality/quarantine/{quarantine_id}")
def record(request: Request, who: Viewer, pages: UsePages, find_runs: Runs, quarantine_id: Id) -> Response:
    """Show one record and the history of its row; only users who may act see its text."""
    nothing = dict.fromkeys(("inn", "state", "first_day", "last_day"))
    with pages.reading(who) as transaction:
        row = transaction.row("quarantine", quarantine_id=quarantine_id, with_record=who.may_act, **nothing)
        if row is None:
            raise NotInSight
        if row["record"] is not None:
            row["record"] = masked(row["record"])
        organization = organization_in_sight(transaction, row["organization_inn"])
        history = transaction.rows("quarantine_history", quarantine_id=quarantine_id)
        batches = transaction.rows("explain_batch", batches=[row["batch_id"]], unit_id=row["unit_id"])
        evidence_pages = transaction.rows("explain_pages", pages=[row["page_id"]] if row["page_id"] else [])
    return page(
        request,
        "quality_record.html",
        who,
        organization=organization,
        record=row,
        history=history,
        batches=batches,
        pages=evidence_pages,
        dags=find_runs({one["run_id"] for one in batches}),
    )


@router.post("/quality/{inn}/retry")
def retry_records(request: Request, who: Editor, pages: UsePages, inn: Inn, record: Records = None) -> Response:
    """Open the days of the records, so that the next load asks for them."""
    chosen = ticked(record)
    with _on(pages, who, inn, chosen) as transaction:
        done = retry(transaction, chosen, by=who.name)
    return _back(request, inn, "retried", len(done.records), len(done.without_register))


@router.post("/quality/{inn}/give-up")
def give_up_records(
    request: Request,
    who: Editor,
    pages: UsePages,
    inn: Inn,
    record: Records = None,
    reason: Annotated[str, Form(max_length=_LONGEST_REASON)] = "",
) -> Response:
    """Give the records up; a reason is needed."""
    chosen = ticked(record)
    if not plain(reason):
        raise CannotBe("reason_needed")
    with _on(pages, who, inn, chosen) as transaction:
        done = give_up(transaction, chosen, by=who.name, reason=plain(reason))
    return _back(request, inn, "given_up", len(done))


def _on(pages: Pages, who: User, inn: str, records: list[int]) -> AbstractContextManager[Transaction]:
    def look(transaction: Transaction) -> None:
        organization_in_sight(transaction, inn)
        row = transaction.row("page_quarantine_in_sight", records=records, inn=inn)
        if row is None or row["records"] != len(records):
            raise NotInSight

    return pages.editing(who, look)


def _back(request: Request, inn: str, done: str, count: int, left: int = 0) -> Response:
    query = urlencode({"inn": inn, "done": done, "count": count, "left": left})
    return RedirectResponse(f"{request.scope.get('root_path', '')}/quality?{query}", 303)
