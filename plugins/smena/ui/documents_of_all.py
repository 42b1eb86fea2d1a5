"""«Учет → Документы»: mark all documents of a filter in all organisations that a person sees, each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Request
from starlette.responses import RedirectResponse, Response

from smena.decisions.documents import Shown, changeable_by, mark, show
from smena.model.unexpected import contained
from smena.reads.documents import Filter, organizations_of
from smena.ui.documents import part_in_sight
from smena.ui.documents_filter import Chosen
from smena.ui.pages import NotInSight, Pages, User, organization_in_sight
from smena.ui.refusing import Refused, refused_by
from smena.ui.rendering import page
from smena.warehouse.database import Row, Transaction

MOST_ORGANIZATIONS = 200
"""So many organisations are marked at once, the first by name; the page says that there are more."""

ConfirmedOf = Annotated[list[str] | None, Form(max_length=MOST_ORGANIZATIONS)]
"""For each confirmed organisation `ИНН:digest`, the digest of the documents that were shown."""


@dataclass(frozen=True, slots=True)
class OfOne:
    """What marking means, or meant, for one organisation.

    Attributes:
        shown: the documents that would change; None after they were marked, or where they cannot be.
        changed: how many were marked.
        refused: why nothing was, or can be, done in this organisation.
    """

    inn: str
    name: str
    shown: Shown | None = None
    changed: int = 0
    refused: Refused | None = None


def mark_filter_of_all(
    request: Request, who: User, pages: Pages, word: str, chosen: Chosen, reason: str, confirmed: Sequence[str]
) -> Response:
    """Ask first, with number and sum of each organisation; then mark those that were confirmed.

    Each organisation is a transaction of its own: where one is refused, the page says why, and the others are done.
    """
    wanted = changeable_by(chosen.query.of, word)
    digests = dict(one.partition(":")[::2] for one in confirmed)
    with pages.reading(who) as transaction:
        found = [] if wanted is None else organizations_of(transaction, wanted, most=MOST_ORGANIZATIONS + 1)
        named = [organization_in_sight(transaction, inn) for inn in digests] if digests else found[:MOST_ORGANIZATIONS]
    if digests:
        done = [_marked(pages, who, one, word, chosen.query.of, reason, digests[one["inn"]]) for one in named]
        refused = [one for one in done if one.refused]
        if not refused:
            query = urlencode({**chosen.query.fields, "done": word, "count": sum(one.changed for one in done)})
            return RedirectResponse(f"{request.scope.get('root_path', '')}/documents?{query}", 303)
        return _page(request, who, word, chosen, reason, done, status=HTTPStatus.CONFLICT, is_done=True)
    looked = [_looked(pages, who, one, word, chosen.query.of) for one in named]
    rows = [one for one in looked if one.refused or (one.shown and one.shown.documents)]
    return _page(request, who, word, chosen, reason, rows, are_more=len(found) > MOST_ORGANIZATIONS)


def _looked(pages: Pages, who: User, one: Row, word: str, wanted: Filter) -> OfOne:
    inn, name = one["inn"], one["name"]
    part: Filter | list[str] = []

    def look(transaction: Transaction) -> None:
        nonlocal part
        part = part_in_sight(transaction, wanted, inn, status=word)

    try:
        with pages.editing(who, look) as transaction:
            return OfOne(inn, name, show(transaction, part, status=word))
    except NotInSight:
        raise
    except Exception as error:  # noqa: BLE001 - an organisation is a border, whatever goes wrong inside
        return OfOne(inn, name, refused=refused_by(contained(error, f"documents of {inn}")))


def _marked(pages: Pages, who: User, one: Row, word: str, wanted: Filter, reason: str, digest: str) -> OfOne:
    inn, name = one["inn"], one["name"]
    part: Filter | list[str] = []

    def look(transaction: Transaction) -> None:
        nonlocal part
        part = part_in_sight(transaction, wanted, inn, status=word)

    try:
        with pages.editing(who, look) as transaction:
            done = mark(transaction, part, status=word, by=who.name, reason=reason or None, confirmed=digest)
    except NotInSight:
        raise
    except Exception as error:  # noqa: BLE001 - an organisation is a border, whatever goes wrong inside
        return OfOne(inn, name, refused=refused_by(contained(error, f"documents of {inn}")))
    return OfOne(inn, name, changed=done.changed)


def _page(
    request: Request,
    who: User,
    word: str,
    chosen: Chosen,
    reason: str,
    rows: list[OfOne],
    *,
    status: int = HTTPStatus.OK,
    is_done: bool = False,
    are_more: bool = False,
) -> Response:
    shown = [one.shown for one in rows if one.shown]
    return page(
        request,
        "documents_of_all.html",
        who,
        status=status,
        word=word,
        rows=rows,
        documents=sum(one.documents for one in shown),
        amount=sum(one.amount for one in shown),
        changed=sum(one.changed for one in rows),
        is_done=is_done,
        most=MOST_ORGANIZATIONS if are_more else 0,
        filter=chosen.query.fields,
        reason=reason,
    )
