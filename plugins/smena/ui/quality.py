"""«Качество»: what the checks found, what lies in quarantine and why, and what is out of reach."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from smena.ui.asking import AnyInn, Text
from smena.ui.desk import organization_in_sight
from smena.ui.doors import AtDesk, Looking
from smena.ui.rendering import page
from smena.ui.runs import Runs

router = APIRouter()

BATCHES_LOOKED_AT = 10
A_PAGE = 30
_NEWEST = 2**62


@router.get("/quality")
def quality(
    request: Request, who: Looking, desk: AtDesk, find_runs: Runs, inn: AnyInn = "", before: Text = ""
) -> Response:
    """Of one organisation: its checks, its quarantine, its gaps."""
    checks, reasons, records, gaps = [], [], [], []
    with desk.reading(who) as transaction:
        organizations = transaction.rows("desk_organizations", search="", most=500)
        chosen = inn or (organizations[0]["inn"] if organizations else "")
        organization = organization_in_sight(transaction, chosen) if chosen else None
        if organization:
            checks = transaction.rows("desk_checks", inn=chosen, batches=BATCHES_LOOKED_AT)
            reasons = transaction.rows("desk_quarantine_reasons", inn=chosen, most=50)
            records = transaction.rows(
                "desk_quarantine",
                inn=chosen,
                before=int(before) if before.isdecimal() and len(before) < 19 else _NEWEST,
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
        reasons=reasons,
        records=records,
        next_before=records[-1]["quarantine_id"] if len(records) == A_PAGE else None,
        gaps=gaps,
        dags=find_runs({row["run_id"] for row in records}),
    )
