"""«Учет → Документы»: the table with its totals, filtered and sorted; one document of any kind with its lineage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from smena.decisions.documents import ACCEPTED, NEW, REJECTED, in_sight_of_filter
from smena.mandates.grants import places
from smena.model.errors import WrongUse
from smena.reads.documents import (
    CASH_ORDERS,
    KINDS,
    SORTS,
    SOURCES,
    STATUSES,
    Filter,
    are_in_sight,
    of_market,
    page_of,
    totals,
)
from smena.ui.asking import Text, id_of
from smena.ui.auth import UsePages, Viewer
from smena.ui.documents_filter import PRESETS, WORDS, DocumentsQuery, DocumentsRequest, place_of, preset_days
from smena.ui.pages import NotInSight, Pages, User, organization_in_sight, sees_whole
from smena.ui.rendering import page
from smena.ui.runs import Runs
from smena.warehouse.database import Row, Transaction
from smena.warehouse.lineage import lineage_of

router = APIRouter()

A_PAGE = 50
MOST_SORTED = 100_000
"""A filter with more documents is sorted by day only, because sorting by another column reads all of them."""
LINES_A_PAGE = 200


@router.get("/documents")
def documents(request: Request, who: Viewer, pages: UsePages, query: DocumentsQuery) -> Response:
    """Show a page of the documents of a filter, by default the newest first, and the totals of all of them.

    With more than MOST_SORTED documents the page is sorted by day, whatever was asked, and says so.
    """
    return the_list(request, who, pages, query, status=400 if query.problem else 200)


def the_list(
    request: Request,
    who: User,
    pages: Pages,
    query: DocumentsRequest,
    *,
    status: int = 200,
    problem: str = "",
    ticked: tuple[str, ...] = (),
    is_filter: bool = False,
    reason: str = "",
) -> Response:
    """Return the table page, with the values that were typed and ticked.

    Args:
        problem: the key of the message why nothing was done.
        is_filter: whether all documents of the filter were chosen, not the ticked ones.
    """
    given = request.query_params
    with pages.reading(who) as transaction:
        organizations = transaction.rows("page_organizations", search="", most=500)
        only = organizations[0]["inn"] if len(organizations) == 1 and not query.problem else None
        inn = query.of.inn or only
        organization = organization_in_sight(transaction, inn) if inn else None
        wanted = replace(query.of, inn=inn)
        found = totals(transaction, wanted)
        count = sum(row["documents"] for row in found)
        by_day_only = count > MOST_SORTED
        is_unsorted = by_day_only and query.sort != SORTS[0]
        # A position in the order of another column means nothing in the order by day, so the first page is shown.
        sort, down, after = (SORTS[0], True, None) if is_unsorted else (query.sort, query.down, query.after)
        rows = page_of(transaction, wanted, sort=sort, down=down, after=after, most=A_PAGE)
        known = places(transaction, inn) if inn else []
    return page(
        request,
        "documents.html",
        who,
        status=status,
        organization=organization,
        organizations=organizations,
        documents=rows,
        next_page=place_of(rows[-1], sort) if len(rows) == A_PAGE else None,
        found=count,
        totals=totals_by_kind(found),
        presets=_presets(organization, organizations),
        cash_orders=CASH_ORDERS,
        kinds=KINDS,
        statuses=STATUSES,
        sources=SOURCES,
        sales_points=sorted({row["sales_point"] for row in known if row["sales_point"]}),
        filter=query.fields,
        narrowed={name: query.fields[name] for name in WORDS if name in query.fields},
        sort=sort,
        down=down,
        by_day_only=MOST_SORTED if by_day_only else 0,
        is_unsorted=is_unsorted,
        problem=problem or query.problem,
        ticked=frozenset(ticked),
        is_filter=is_filter,
        reason=reason,
        done=given.get("done", "") if given.get("done") in (ACCEPTED, REJECTED, NEW) else "",
        count=given.get("count", "") if given.get("count", "").isdecimal() else "",
    )


def totals_by_kind(found: list[Row]) -> list[Row]:
    """Return the rows of `totals` as a table: by kind and status, `documents`, `amount`, `without_amount`.

    `in_force` sums the new and the accepted documents, `set_aside` the rejected and the reversed ones.
    """
    groups = {"new": ("new",), "accepted": ("accepted",), "in_force": ("new", "accepted"),
              "set_aside": ("rejected", "reversed")}  # fmt: skip
    names = ("documents", "amount", "without_amount")
    return [
        {"kind": kind}
        | {
            group: {name: sum(row[name] for row in of_kind if row["status"] in statuses) for name in names}
            for group, statuses in groups.items()
        }
        for kind in KINDS
        if (of_kind := [row for row in found if row["kind"] == kind])
    ]


def _presets(organization: Row | None, organizations: list[Row]) -> dict[str, tuple[date, date]]:
    """Return the first and last day of each preset, by its name.

    Today is that of the organisation's time zone; for several organisations it is the earliest of their dates.
    """
    todays = [organization["today"]] if organization else [one["today"] for one in organizations]
    return {name: preset_days(name, min(todays)) for name in PRESETS} if todays else {}


@router.get("/documents/{document_id}")
def document(
    request: Request, who: Viewer, pages: UsePages, find_runs: Runs, document_id: str, after: Text = ""
) -> Response:
    """Show one document of any kind, with its lineage down to the digest of the response bytes.

    `after` is the number of the line after which its lines are shown.
    """
    wanted, after_line = id_of(document_id), int(after) if after.isdecimal() and len(after) < 10 else -1
    with pages.reading(who) as transaction:
        require_in_sight(transaction, [wanted])
        try:
            lineage = lineage_of(transaction, wanted)
        except WrongUse:
            raise NotInSight from None
        if lineage.document is None:
            raise NotInSight
        organization = organization_in_sight(transaction, lineage.document["organization_inn"])
        head: Row = {}
        lines: list[Row] = []
        if lineage.shift is None:
            market = of_market(transaction, wanted, after=after_line, most=LINES_A_PAGE)
            if market is None:
                raise NotInSight
            head, lines = market
    return page(
        request,
        "documents_one.html",
        who,
        organization=organization,
        document=lineage.document | head,
        lineage=lineage,
        lines=lines,
        next_line=lines[-1]["line"] if len(lines) == LINES_A_PAGE else None,
        is_printed=lineage.document["kind"] in CASH_ORDERS and lineage.document["status"] in ("new", "accepted"),
        dags=find_runs({row["run_id"] for row in lineage.batches}),
    )


def part_in_sight(transaction: Transaction, wanted: Filter, inn: str, *, status: str) -> Filter | list[str]:
    """Return what a user may mark of one organisation: its part of the filter, or those documents in sight.

    Marking itself runs without row-level security, so a filter of a user of places becomes the documents that it finds.
    Raises NotInSight for an organisation that the user may not see.
    """
    organization_in_sight(transaction, inn)
    of_one = replace(wanted, inn=inn)
    return of_one if sees_whole(transaction, inn) else in_sight_of_filter(transaction, of_one, status=status)


def require_in_sight(transaction: Transaction, documents: list[str], inn: str | None = None) -> None:
    """Raise NotInSight if the user may not see one of these documents, or it is not of organisation `inn`."""
    if not are_in_sight(transaction, documents, inn):
        raise NotInSight
