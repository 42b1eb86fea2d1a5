"""«Учет → Документы»: accept, reject or take back the ticked documents, or all of the filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from smena.decisions.documents import ACCEPTED, ChangedMeanwhile, mark, show
from smena.reads.documents import Filter
from smena.ui.asking import CannotBe, Inn, plain
from smena.ui.auth import Editor, UsePages
from smena.ui.documents import part_in_sight, require_in_sight, the_list
from smena.ui.documents_filter import Chosen, ChosenByForm
from smena.ui.documents_of_all import ConfirmedOf, mark_filter_of_all
from smena.ui.pages import Pages, User, organization_in_sight
from smena.ui.rendering import page
from smena.warehouse.database import Transaction

router = APIRouter()

Word = Annotated[str, Form(pattern="^(accepted|rejected|new)$")]
Reason = Annotated[str, Form(max_length=500)]
Confirmed = Annotated[str, Form(pattern="^([0-9a-f]{32})?$")]


@router.post("/documents/{inn}/mark")
def mark_documents(
    request: Request,
    who: Editor,
    pages: UsePages,
    inn: Inn,
    word: Word,
    chosen: ChosenByForm,
    reason: Reason = "",
    confirmed: Confirmed = "",
) -> Response:
    """Mark documents of one organisation."""
    return _mark(request, who, pages, inn, word, chosen, plain(reason), confirmed)


@router.post("/documents/mark")
def mark_documents_of_all(
    request: Request,
    who: Editor,
    pages: UsePages,
    word: Word,
    chosen: ChosenByForm,
    reason: Reason = "",
    confirmed: Confirmed = "",
    confirmed_of: ConfirmedOf = None,
) -> Response:
    """Mark ticked documents of any of the user's organisations, or all of the filter, each organisation by itself."""
    return _mark(request, who, pages, None, word, chosen, plain(reason), confirmed, confirmed_of or ())


def _mark(
    request: Request,
    who: User,
    pages: Pages,
    inn: str | None,
    word: str,
    chosen: Chosen,
    reason: str,
    confirmed: str,
    confirmed_of: Sequence[str] = (),
) -> Response:
    """Mark the documents; without `confirmed` return a page that asks first, with their number and sum.

    If the documents have changed since that page, nothing is done and the page asks again.
    """
    asked = chosen.query
    try:
        documents = chosen.documents()
        if word != ACCEPTED and not reason:
            raise CannotBe("reason_needed")  # noqa: TRY301
    except CannotBe as wrong:
        return the_list(
            request, who, pages, asked, status=400, problem=str(wrong), ticked=chosen.ids, is_filter=chosen.is_filter,
            reason=reason,
        )  # fmt: skip
    if isinstance(documents, Filter) and documents.inn is None:
        return mark_filter_of_all(request, who, pages, word, chosen, reason, confirmed_of)

    wanted: Filter | list[str] = documents

    def look(transaction: Transaction) -> None:
        nonlocal wanted
        if inn is not None:
            organization_in_sight(transaction, inn)
        if isinstance(documents, list):
            require_in_sight(transaction, documents, inn)
        elif documents.inn:
            wanted = part_in_sight(transaction, documents, documents.inn, status=word)

    changed = ""
    if confirmed:
        try:
            with pages.editing(who, look) as transaction:
                done = mark(transaction, wanted, status=word, by=who.name, reason=reason or None, confirmed=confirmed)
        except ChangedMeanwhile as error:
            changed = error.message
        else:
            query = urlencode({**asked.fields, "done": word, "count": done.changed})
            return RedirectResponse(f"{request.scope.get('root_path', '')}/documents?{query}", 303)
    with pages.editing(who, look) as transaction:
        organization = organization_in_sight(transaction, inn) if inn is not None else None
        shown = show(transaction, wanted, status=word)
    return page(
        request,
        "documents_confirm.html",
        who,
        status=409 if changed else 200,
        organization=organization,
        word=word,
        shown=shown,
        documents=documents if isinstance(documents, list) else [],
        filter=asked.fields,
        reason=reason,
        changed=changed,
    )
