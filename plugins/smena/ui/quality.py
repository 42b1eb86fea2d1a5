"""«Качество и сверка»: differences, check results, quarantine with its reasons, days that cannot be read."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from smena.decisions.allowances import allow
from smena.model.personal import masked
from smena.reads.completeness import gaps as gaps_of
from smena.reads.data_docs import MOST_REASONS, examples
from smena.ui.asking import AnyInn, CannotBe, Id, Text, Typed, plain
from smena.ui.auth import Editor, UsePages, Viewer
from smena.ui.pages import NotInSight, Pages, User, organization_in_sight
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import page
from smena.ui.runs import Runs
from smena.warehouse.database import Transaction

router = APIRouter()

BATCHES_LOOKED_AT = 10
A_PAGE = 30
_NEWEST = 2**62
_DONE = ("retried", "given_up")


@router.get("/quality")
def quality(
    request: Request,
    who: Viewer,
    pages: UsePages,
    find_runs: Runs,
    inn: AnyInn = "",
    before: Text = "",
    before_difference: Text = "",
) -> Response:
    """Show the differences, check results, quarantine and gaps of one organisation."""
    given = request.query_params
    checks, batches, reasons, records, gaps, differences = [], [], [], [], [], []
    reconciled_at = None
    with pages.reading(who) as transaction:
        organizations = transaction.rows("page_organizations", search="", most=500)
        chosen = inn or (organizations[0]["inn"] if organizations else "")
        organization = organization_in_sight(transaction, chosen) if chosen else None
        if organization:
            checks = transaction.rows("page_checks", inn=chosen, batches=BATCHES_LOOKED_AT)
            batches = transaction.rows("page_checked_batches", inn=chosen, batch_id=None, most=BATCHES_LOOKED_AT)
            reconciled_at = (transaction.row("page_reconciled", inn=chosen) or {}).get("reconciled_at")
            differences = transaction.rows(
                "page_differences", inn=chosen, before=_before(before_difference), most=A_PAGE
            )
            reasons = transaction.rows("page_quarantine_reasons", inn=chosen, most=50)
            records = transaction.rows(
                "page_quarantine",
                inn=chosen,
                before=_before(before),
                most=A_PAGE,
            )
            for row in records:
                row["record"] = masked(row["record"])
            gaps = gaps_of(transaction, chosen, most=200)
    return page(
        request,
        "quality.html",
        who,
        organization=organization,
        organizations=organizations,
        reconciled_at=reconciled_at,
        checks=checks,
        batches=batches,
        differences=differences,
        next_difference=differences[-1]["difference_id"] if len(differences) == A_PAGE else None,
        reasons=reasons,
        records=records,
        next_before=records[-1]["quarantine_id"] if len(records) == A_PAGE else None,
        gaps=gaps,
        dags=find_runs({row["run_id"] for row in (*records, *batches, *differences)}),
        done=given.get("done", "") if given.get("done") in _DONE else "",
        count=given.get("count", "") if given.get("count", "").isdecimal() else "",
        left=given.get("left", "") if given.get("left", "").isdecimal() else "",
    )


@router.get("/quality/batches/{batch_id}")
def batch_checks(
    request: Request, who: Viewer, pages: UsePages, find_runs: Runs, batch_id: Id, done: Text = ""
) -> Response:
    """Show the stored check results of one batch, by rule, and why it was stopped."""
    return _batch(request, who, pages, find_runs, batch_id, done="allowed" if done == "allowed" else "")


@router.post("/quality/batches/{batch_id}/allow")
def allow_batch(
    request: Request, who: Editor, pages: UsePages, find_runs: Runs, batch_id: Id, reason: Typed = ""
) -> Response:
    """Allow the changes of orders for which a batch was stopped; the next load publishes it. A reason is needed."""
    why = plain(reason)

    def look(seen: Transaction) -> None:
        if seen.row("page_batch", batch_id=batch_id) is None:
            raise NotInSight

    try:
        if not why:
            raise CannotBe("reason_needed")
        with pages.editing(who, look) as transaction:
            allow(transaction, batch_id, by=who.name, reason=why)
    except NOT_DONE as error:
        return _batch(request, who, pages, find_runs, batch_id, reason=why, refused=refused_by(error))
    return RedirectResponse(f"{request.scope.get('root_path', '')}/quality/batches/{batch_id}?done=allowed", 303)


def _batch(
    request: Request,
    who: User,
    pages: Pages,
    find_runs: Any,
    batch_id: int,
    *,
    done: str = "",
    reason: str = "",
    refused: Refused | None = None,
) -> Response:
    with pages.reading(who) as transaction:
        batch = transaction.row("page_batch", batch_id=batch_id)
        if batch is None:
            raise NotInSight
        results = transaction.rows("quality_results", batch_id=batch_id)
        waiting = transaction.rows("quality_quarantine", batch_id=batch_id, most=MOST_REASONS)
    return page(
        request,
        "quality_batch.html",
        who,
        status=refused.status if refused else 200,
        batch=batch,
        results=[row | {"examples": examples(row["details"])} for row in results],
        waiting=waiting,
        dags=find_runs({batch["run_id"]}),
        done=done,
        reason=reason,
        refused=refused,
    )


def _before(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else _NEWEST
