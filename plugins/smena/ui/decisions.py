"""«Решения»: the table of open decisions; one decision with both sides, its evidence and its answers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from smena.model.answers import choices
from smena.reads.decisions import ABOUT, WITHOUT, Filter, counted, decision_of, listed
from smena.reads.documents import orders_of_shifts
from smena.ui.asking import Id
from smena.ui.auth import UsePages, Viewer
from smena.ui.decisions_filter import WORDS_OF, DecisionsQuery, DecisionsRequest
from smena.ui.pages import NotInSight, Pages, User, organization_in_sight
from smena.ui.rendering import FRAGMENT, page
from smena.ui.runs import Runs
from smena.warehouse.database import Row

router = APIRouter()

A_PAGE = 100
DECIDED_SHOWN = 10

_AMOUNTS = (
    "cash_income", "cash_refund", "cash_payout", "cash_payout_refund", "cashless_income", "cashless_refund", "receipts",
    "order_date", "outcome",
)  # fmt: skip


@router.get("/decisions")
def decisions(request: Request, who: Viewer, pages: UsePages, query: DecisionsQuery) -> Response:
    """Show the open decisions of a filter, by default the largest sums first, and the latest answers of people."""
    return the_list(request, who, pages, query, status=400 if query.problem else 200)


def the_list(
    request: Request,
    who: User,
    pages: Pages,
    query: DecisionsRequest,
    *,
    status: int = 200,
    problem: str = "",
    stored: str = "",
    ticked: tuple[int, ...] = (),
    reason: str = "",
) -> Response:
    """Return the table page, with the values that were typed and ticked.

    Args:
        problem: the key of the message why nothing was done.
        stored: the same as a stored reason.
    """
    given = request.query_params
    with pages.reading(who) as transaction:
        organization = organization_in_sight(transaction, query.of.inn) if query.of.inn else None
        organizations = transaction.rows("page_organizations", search="", most=500)
        found = counted(transaction, query.of)
        page_count = max(-(-found["decisions"] // A_PAGE), 1)
        number = min(query.page, page_count)
        rows = listed(transaction, query.of, sort=query.sort, down=query.down, skip=(number - 1) * A_PAGE, rows=A_PAGE)
        decided = transaction.rows("page_decided", inn=query.of.inn, most=DECIDED_SHOWN)
    return page(
        request,
        "decisions.html",
        who,
        status=status,
        organization=organization,
        organizations=organizations,
        decisions=rows,
        found=found,
        decided=decided,
        about=ABOUT,
        advices=(*WORDS_OF, WITHOUT),
        words=WORDS_OF,
        filter=query.fields,
        is_narrowed=query.of != Filter(),
        sort=query.sort,
        down=query.down,
        number=number,
        pages=page_count,
        problem=problem or query.problem,
        stored=stored,
        ticked=frozenset(ticked),
        reason=reason,
        done=given.get("done", "") if given.get("done") in (*WORDS_OF, "recommended", "taken_back") else "",
        count=given.get("count", "") if given.get("count", "").isdecimal() else "",
        without=given.get("without", "") if given.get("without", "").isdecimal() else "",
        answered=given.get("answered", "") if given.get("answered", "").isdecimal() else "",
    )


@router.get("/decisions/{decision_id}")
def decision(
    request: Request, who: Viewer, pages: UsePages, find_runs: Runs, query: DecisionsQuery, decision_id: Id
) -> Response:
    """Show one decision: both sides, differences, documents behind it; for the script of the list only the card."""
    with pages.reading(who) as transaction:
        row = decision_of(transaction, decision_id)
        named = transaction.row("page_decision_named", decision_id=decision_id)
        if row is None or named is None:
            raise NotInSight
        shifts = sorted(one for one in (row["shift_id"], row["competing_shift_id"]) if one)
        documents = orders_of_shifts(transaction, shifts)
    row |= {
        "choices": choices(row) if row["state"] == "open" else (),
        "sides": _sides(row),
        "words": _words(row),
        "documents": documents,
        "named": named,
    }
    return page(
        request,
        "decisions_card.html" if request.headers.get(FRAGMENT) else "decisions_one.html",
        who,
        row=row,
        dags=find_runs({row["run_id"]}),
        filter=query.fields,
    )


def _words(row: Row) -> str:
    """Return the prefix of the message keys for a decision's words, whose meaning depends on its subject."""
    if row["document_id"] is not None:
        return "document_word_"
    if row["kind"] != "conflict":
        return "word_"
    # Both sides come from the same source, so "keep the OFD's" would not say which of them.
    return "between_word_" if row["competing_shift_id"] is not None else "booked_word_"


def _sides(row: Row) -> list[dict[str, Any]]:
    """Return the lines of the current and the proposed side, with those that differ marked."""
    kept, held = ({name: one for name, one in row[side].items() if name != "digest"} for side in ("kept", "held"))
    names = [name for name in _AMOUNTS if name in kept or name in held]
    names += sorted((set(kept) | set(held)) - set(names))
    return [
        {
            "name": name,
            "kept": kept.get(name),
            "held": held.get(name),
            # A value that only one side has (an outcome) is shown, but is no difference.
            "differs": name in kept and str(kept[name]) != str(held.get(name)),
        }
        for name in names
    ]
