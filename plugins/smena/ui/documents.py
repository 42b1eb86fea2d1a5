"""«Учет → Документы»: filter, search, open one of any kind with its lineage; accept, reject, take back many at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from smena.decisions.documents import ACCEPTED, NEW, REJECTED, ChangedMeanwhile, mark, show
from smena.model.errors import WrongUse
from smena.reads.documents import (
    CASH_ORDERS,
    KINDS,
    SOURCES,
    STATUSES,
    Filter,
    Place,
    are_in_sight,
    newest,
    of_market,
)
from smena.ui.asking import AnyInn, CannotBe, Day, Inn, Text, day_of, id_of, plain
from smena.ui.desk import NotInSight, organization_in_sight
from smena.ui.doors import Acting, AtDesk, Looking
from smena.ui.rendering import page
from smena.ui.runs import Runs
from smena.warehouse.database import Row, Transaction
from smena.warehouse.lineage import lineage_of

router = APIRouter()

A_PAGE = 50
LINES_A_PAGE = 200
MOST_AT_ONCE = 500
_LONGEST_REASON = 500
Word = Annotated[str, Form(max_length=20)]


def one_of(word: str, words: tuple[str, ...]) -> str | None:
    """One of these words, or None where nothing was said. Raises CannotBe."""
    if word and word not in words:
        raise CannotBe("not_understood")
    return word or None


def filter_of(
    inn: str, first_day: str, last_day: str, kind: str, status: str, source: str, kpp: str, number: str
) -> Filter:
    """The filter that an address or a form gives in these fields. Raises CannotBe."""
    return Filter(
        inn,
        day_of(first_day),
        day_of(last_day),
        kind=one_of(kind, KINDS),
        status=one_of(status, STATUSES),
        source=one_of(source, SOURCES),
        kpp=plain(kpp) or None,
        number=plain(number) or None,
    )


def require_span(wanted: Filter) -> None:
    """Raises CannotBe where its first day is after its last."""
    if wanted.first_day and wanted.last_day and wanted.first_day > wanted.last_day:
        raise CannotBe("not_a_span")


@dataclass(frozen=True, slots=True)
class Asked:
    """Documents that a form is about: ids, or a filter; `filter` is the page's, by the names of its fields."""

    documents: list[str] | Filter
    filter: dict[str, str]


def asked_of(
    inn: Inn,
    scope: Annotated[str, Form(pattern="^(chosen|filter)$")] = "chosen",
    document: Annotated[list[str] | None, Form(max_length=MOST_AT_ONCE)] = None,
    from_: Annotated[str, Form(alias="from", max_length=10)] = "",
    to: Annotated[str, Form(max_length=10)] = "",
    kind: Word = "",
    status: Word = "",
    source: Word = "",
    kpp: Annotated[str, Form(max_length=200)] = "",
    number: Annotated[str, Form(max_length=200)] = "",
) -> Asked:
    """What a form names. Raises CannotBe."""
    given = {"from": from_, "to": to, "kind": kind, "status": status, "source": source, "kpp": kpp, "number": number}
    fields = {name: plain(value) for name, value in given.items() if plain(value)}
    wanted = filter_of(inn, from_, to, kind, status, source, kpp, number)
    require_span(wanted)
    if scope == "filter":
        return Asked(wanted, fields)
    ids = sorted({id_of(one) for one in document or ()})
    if not ids:
        raise CannotBe("nothing_chosen")
    return Asked(ids, fields)


@router.get("/documents")
def documents(
    request: Request,
    who: Looking,
    desk: AtDesk,
    inn: AnyInn = "",
    from_: Annotated[str, Query(alias="from", max_length=10)] = "",
    to: Day = "",
    kind: Text = "",
    status: Text = "",
    source: Text = "",
    kpp: Text = "",
    number: Text = "",
    after: Text = "",
) -> Response:
    """A page of one organisation's documents, the newest first."""
    given = request.query_params
    wanted, place = filter_of(inn, from_, to, kind, status, source, kpp, number), _after(after)
    with desk.reading(who) as transaction:
        organizations = transaction.rows("desk_organizations", search="", most=500)
        organization = _chosen(transaction, inn, organizations)
        rows: list[Row] = []
        if organization is not None:
            rows = newest(transaction, replace(wanted, inn=organization["inn"]), after=place, most=A_PAGE)
    last = rows[-1] if len(rows) == A_PAGE else None
    return page(
        request,
        "documents.html",
        who,
        organization=organization,
        organizations=organizations,
        documents=rows,
        next_after=f"{last['date']}_{last['number']}_{last['document_id']}" if last else None,
        kinds=KINDS,
        statuses=STATUSES,
        sources=SOURCES,
        done=given.get("done", "") if given.get("done") in (ACCEPTED, REJECTED, NEW) else "",
        count=given.get("count", "") if given.get("count", "").isdecimal() else "",
    )


@router.get("/documents/{document_id}")
def document(
    request: Request, who: Looking, desk: AtDesk, find_runs: Runs, document_id: str, after: Text = ""
) -> Response:
    """One document of any kind, down to the digest of what it was read from; `after` is a line's number."""
    wanted, after_line = id_of(document_id), int(after) if after.isdecimal() and len(after) < 10 else -1
    with desk.reading(who) as transaction:
        _all_in_sight(transaction, [wanted])
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


@router.post("/documents/{inn}/mark")
def mark_documents(
    request: Request,
    who: Acting,
    desk: AtDesk,
    inn: Inn,
    word: Annotated[str, Form(pattern="^(accepted|rejected|new)$")],
    asked: Annotated[Asked, Depends(asked_of)],
    reason: Annotated[str, Form(max_length=_LONGEST_REASON)] = "",
    confirmed: Annotated[str, Form(pattern="^([0-9a-f]{32})?$")] = "",
) -> Response:
    """Accept, reject, take acceptance back: those that were ticked, or what the page's filter lets through.

    Without `confirmed` a page asks first: it names how many they are and their sum. What it sends back must be what is
    there: else nothing is done, and it asks again.
    """
    why = plain(reason)
    if word != ACCEPTED and not why:
        raise CannotBe("reason_needed")

    def look(transaction: Transaction) -> None:
        organization_in_sight(transaction, inn)
        if isinstance(asked.documents, list):
            _all_in_sight(transaction, asked.documents, inn)

    changed = ""
    if confirmed:
        try:
            with desk.acting(who, look) as transaction:
                done = mark(
                    transaction, asked.documents, status=word, by=who.name, reason=why or None, confirmed=confirmed
                )
        except ChangedMeanwhile as error:
            changed = error.message
        else:
            query = urlencode({"inn": inn, **asked.filter, "done": word, "count": done.changed})
            return RedirectResponse(f"{request.scope.get('root_path', '')}/documents?{query}", 303)
    with desk.acting(who, look) as transaction:
        organization = organization_in_sight(transaction, inn)
        shown = show(transaction, asked.documents, status=word)
    return page(
        request,
        "documents_confirm.html",
        who,
        status=409 if changed else 200,
        organization=organization,
        word=word,
        shown=shown,
        documents=asked.documents if isinstance(asked.documents, list) else [],
        filter=asked.filter,
        reason=why,
        changed=changed,
    )


def _all_in_sight(transaction: Transaction, documents: list[str], inn: str | None = None) -> None:
    if not are_in_sight(transaction, documents, inn):
        raise NotInSight


def _chosen(transaction: Transaction, inn: str, organizations: list[Row]) -> Row | None:
    if inn:
        return organization_in_sight(transaction, inn)
    return organization_in_sight(transaction, organizations[0]["inn"]) if organizations else None


def _after(text: str) -> Place | None:
    written_day, _, rest = text.partition("_")
    day = day_of(written_day)
    if day is None:
        return None
    number, _, document_id = rest.rpartition("_")
    return Place(day, plain(number), id_of(document_id))
