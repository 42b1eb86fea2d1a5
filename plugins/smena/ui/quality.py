"""«Качество и сверка»: differences, check results, quarantine with its reasons, days that cannot be read."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from smena.reads.completeness import gaps as gaps_of
from smena.reads.data_docs import MOST_REASONS, examples
from smena.ui.asking import AnyInn, Id, Text
from smena.ui.auth import UsePages, Viewer
from smena.ui.pages import NotInSight, organization_in_sight
from smena.ui.rendering import page
from smena.ui.runs import Runs

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
def batch_checks(request: Request, who: Viewer, pages: UsePages, find_runs: Runs, batch_id: Id) -> Response:
    """Show the stored check results of one batch, by rule."""
    with pages.reading(who) as transaction:
        batch = transaction.row("quality_batches", inn=None, batch_id=batch_id, most=1)
        if batch is None:
            raise NotInSight
        results = transaction.rows("quality_results", batch_id=batch_id)
        waiting = transaction.rows("quality_quarantine", batch_id=batch_id, most=MOST_REASONS)
    return page(
        request,
        "quality_batch.html",
        who,
        batch=batch,
        results=[row | {"examples": examples(row["details"])} for row in results],
        waiting=waiting,
        dags=find_runs({batch["run_id"]}),
    )


def _before(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else _NEWEST
