"""How far each organisation is loaded, and what waits."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from smena.reads import month
from smena.reads.standing import inns_page, standings
from smena.ui.api.auth import Reader, UsePages
from smena.ui.api.fields import AfterInn, Inn
from smena.ui.api.models import Integration, Standing, Standings, Waiting
from smena.ui.api.problems import documented
from smena.ui.pages import organization_in_sight

router = APIRouter(tags=["standing"])

MOST_ORGANIZATIONS = 40
_DAY = timedelta(days=1)

Few = Annotated[int, Query(ge=1, le=MOST_ORGANIZATIONS, description="The greatest number of organisations.")]


@router.get("/standing", responses=documented(404))
def standing(who: Reader, pages: UsePages, inn: Inn = None, after: AfterInn = "", limit: Few = 20) -> Standings:
    """Return organisations by their ИНН: how far each integration is; with `inn` also what waits in its open days."""
    now = pages.context.now()
    with pages.reading(who) as transaction:
        if inn is not None:
            organization_in_sight(transaction, inn)
        inns = inns_page(transaction, inn=inn, after=after, most=limit + 1)
        more, inns = len(inns) > limit, inns[:limit]
        waits = month.waiting(transaction, [inn], through=now.date() - _DAY, now=now) if inn is not None else {}
        rows = standings(transaction, now, inns=inns)
        names = {one: organization_in_sight(transaction, one)["name"] for one in inns}
    items = []
    for one in inns:
        own = [row for row in rows if row.organization_inn == one]
        integrations = [
            Integration.model_validate(row.as_row() | {"lag_days": row.lag_days, "product": row.product}) for row in own
        ]
        items.append(
            Standing(
                organization_inn=one,
                name=names[one],
                open_decisions=max((row.open_decisions for row in own), default=0),
                integrations=integrations,
                waiting=[Waiting.model_validate(asdict(row)) for row in waits[one]] if one in waits else None,
            )
        )
    return Standings(items=items, next=inns[-1] if more else None)
