"""Register links: proposals with their evidence, links in force, and the forms that set, confirm and withdraw them."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from smena.decisions import links
from smena.ui.asking import AnyInn, CannotBe, Id, Inn, Text, day_of, plain
from smena.ui.auth import Editor, UsePages, Viewer
from smena.ui.pages import NotInSight, organization_in_sight, whole_organization
from smena.ui.rendering import page
from smena.warehouse.database import Row, Transaction

router = APIRouter()

A_PAGE = 100
LOOSE_SHOWN = 100
_LONGEST_REASON = 500
_DONE = ("confirmed", "withdrawn", "set")
_REGISTER = re.compile(r"[0-9]{16}")

Reason = Annotated[str, Form(max_length=_LONGEST_REASON)]
OneDay = Annotated[str, Form(max_length=10)]


@router.get("/links")
def known_links(
    request: Request, who: Viewer, pages: UsePages, inn: AnyInn = "", after: Text = "", done: Text = ""
) -> Response:
    """Show the proposals and links in force of one organisation, and its cashboxes without a link."""
    state, _, number = plain(after).partition("_")
    rows: list[Row] = []
    loose: list[Row] = []
    with pages.reading(who) as transaction:
        organizations = transaction.rows("page_organizations", search="", most=500)
        chosen = inn or (organizations[0]["inn"] if organizations else "")
        organization = organization_in_sight(transaction, chosen) if chosen else None
        if organization:
            rows = transaction.rows(
                "page_links",
                link_id=None,
                inn=chosen,
                after_state=state,
                after_id=int(number) if number.isdecimal() and len(number) < 19 else None,
                most=A_PAGE,
            )
            loose = transaction.rows("page_links_loose", inn=chosen, most=LOOSE_SHOWN)
    last = rows[-1] if len(rows) == A_PAGE else None
    return page(
        request,
        "decisions_links.html",
        who,
        organization=organization,
        organizations=organizations,
        links=rows,
        loose=loose,
        next_after=f"{last['state']}_{last['link_id']}" if last else None,
        done=done if done in _DONE else "",
    )


@router.post("/links/{link_id}/confirm")
def confirm_link(request: Request, who: Editor, pages: UsePages, link_id: Id, reason: Reason = "") -> Response:
    """Put a proposal into force."""
    given_reason, seen = _needed(reason), _Seen(link_id)
    with pages.editing(who, seen) as transaction:
        links.confirm(transaction, link_id, by=who.name, reason=given_reason)
    return _back(request, seen.inn, "confirmed")


@router.post("/links/{link_id}/withdraw")
def withdraw_link(request: Request, who: Editor, pages: UsePages, link_id: Id, reason: Reason = "") -> Response:
    """Withdraw a link or a proposal."""
    given_reason, seen = _needed(reason), _Seen(link_id)
    with pages.editing(who, seen) as transaction:
        links.withdraw(transaction, link_id, by=who.name, reason=given_reason)
    return _back(request, seen.inn, "withdrawn")


@router.post("/links/{inn}/set")
def set_link(
    request: Request,
    who: Editor,
    pages: UsePages,
    inn: Inn,
    cashbox: Annotated[str, Form(max_length=100)] = "",
    kkt_reg_id: Annotated[str, Form(max_length=16)] = "",
    first_day: OneDay = "",
    last_day: OneDay = "",
    reason: Reason = "",
) -> Response:
    """Set a link; an empty register means that the OFD has none for this cashbox."""
    given_reason, cashbox_id, register = _needed(reason), plain(cashbox), plain(kkt_reg_id)
    if not cashbox_id:
        raise CannotBe("nothing_chosen")
    if register and not _REGISTER.fullmatch(register):
        raise CannotBe("not_a_register")
    with pages.editing(who, lambda seen: whole_organization(seen, inn)) as transaction:
        links.link(
            transaction,
            inn=inn,
            cashbox_id=cashbox_id,
            kkt_reg_id=register or None,
            first_day=day_of(first_day),
            last_day=day_of(last_day),
            by=who.name,
            reason=given_reason,
        )
    return _back(request, inn, "set")


class _Seen:
    """Checks, under row-level security, that the user may see a link; has the link's organisation then."""

    def __init__(self, link_id: int) -> None:
        self._link_id, self.inn = link_id, ""

    def __call__(self, transaction: Transaction) -> None:
        row = transaction.row("page_links", link_id=self._link_id, inn=None, after_state="", after_id=None, most=1)
        if row is None:
            raise NotInSight
        self.inn = row["organization_inn"]


def _needed(reason: str) -> str:
    given_reason = plain(reason)
    if not given_reason:
        raise CannotBe("reason_needed")
    return given_reason


def _back(request: Request, inn: str, done: str) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/links?inn={inn}&done={done}", 303)
