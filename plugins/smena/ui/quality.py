"""«Качество и сверка»: differences, what the checks found, what lies in quarantine and why, what is out of reach."""

from __future__ import annotations

import base64
import hashlib
import re

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from smena.quality.docs import data_docs_path, page_of
from smena.ui.asking import AnyInn, Id, Text
from smena.ui.desk import NotInSight, organization_in_sight
from smena.ui.doors import AtDesk, Looking
from smena.ui.rendering import page
from smena.ui.runs import Runs

router = APIRouter()

BATCHES_LOOKED_AT = 10
A_PAGE = 30
_NEWEST = 2**62
_DONE = ("retried", "given_up")
_STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)


@router.get("/quality")
def quality(
    request: Request,
    who: Looking,
    desk: AtDesk,
    find_runs: Runs,
    inn: AnyInn = "",
    before: Text = "",
    before_difference: Text = "",
) -> Response:
    """Of one organisation: its differences, its checks, its quarantine, its gaps."""
    given = request.query_params
    checks, batches, reasons, records, gaps, differences = [], [], [], [], [], []
    with desk.reading(who) as transaction:
        organizations = transaction.rows("desk_organizations", search="", most=500)
        chosen = inn or (organizations[0]["inn"] if organizations else "")
        organization = organization_in_sight(transaction, chosen) if chosen else None
        if organization:
            checks = transaction.rows("desk_checks", inn=chosen, batches=BATCHES_LOOKED_AT)
            batches = transaction.rows("desk_checked_batches", inn=chosen, batch_id=None, most=BATCHES_LOOKED_AT)
            differences = transaction.rows(
                "desk_differences", inn=chosen, before=_before(before_difference), most=A_PAGE
            )
            reasons = transaction.rows("desk_quarantine_reasons", inn=chosen, most=50)
            records = transaction.rows(
                "desk_quarantine",
                inn=chosen,
                before=_before(before),
                most=A_PAGE,
            )
            gaps = transaction.rows("desk_day_gaps", inn=chosen, product=None, day=None, register="", most=200)
    return page(
        request,
        "quality.html",
        who,
        organization=organization,
        organizations=organizations,
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


@router.get("/quality/docs/batch_{batch_id}.html")
def data_docs(_request: Request, who: Looking, desk: AtDesk, batch_id: Id) -> Response:
    """The Data Docs of a batch, as its run wrote them, or made now where this server does not have the file.

    The address holds a number and nothing of a path. Nothing of the file is run: of all that a page may bring, the
    policy of the answer lets its own style through.
    """
    with desk.reading(who) as transaction:
        if not transaction.rows("desk_checked_batches", inn=None, batch_id=batch_id, most=1):
            raise NotInSight
        file = data_docs_path(batch_id)
        text = file.read_text(encoding="utf-8") if file.is_file() else page_of(transaction, batch_id)
    allowed = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
        for style in _STYLE.findall(text)
    )
    policy = f"default-src 'none'; style-src {allowed}; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    return Response(text, media_type="text/html", headers={"Content-Security-Policy": policy})


@router.get("/quality/docs/index.html")
def all_batches(request: Request, _who: Looking) -> Response:
    """Where a page of Data Docs leads back to: not to the index, which is of all organisations."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/quality", 303)


def _before(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else _NEWEST
