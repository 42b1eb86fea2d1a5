"""«Настройки», account rules: the accounts to which an organisation's orders are booked, and from which day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from smena.mandates import organizations as setting
from smena.model.organization import AccountRule
from smena.model.outcome import TAXATIONS, Operation
from smena.ui.asking import AnyInn, CannotBe, Inn, Text, Typed, day_of, plain
from smena.ui.auth import Editor, UsePages, Viewer
from smena.ui.pages import Pages, User, first_in_sight, organization_in_sight, whole_organization
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import back_to, page

router = APIRouter()

_UNKNOWN_TAXATION = "none"


@router.get("/settings/accounts")
def accounts(request: Request, who: Viewer, pages: UsePages, inn: AnyInn = "", done: Text = "") -> Response:
    """Show the account rules of an organisation's orders, in the order in which they are tried."""
    chosen = inn or first_in_sight(pages, who)
    if not chosen:
        return page(request, "settings_accounts.html", who, organization=None)
    return _accounts(request, who, pages, chosen, done=done if done == "rule" else "")


@router.post("/settings/{inn}/accounts")
def set_accounts(
    request: Request, who: Editor, pages: UsePages, inn: Inn, operation: Typed = "", taxation: Typed = "",
    agent: Typed = "", debit: Typed = "", credit: Typed = "", from_: Annotated[str, Form(alias="from")] = "",
    confirmed: Annotated[str, Form(pattern="^(yes)?$")] = "",
) -> Response:  # fmt: skip
    """Set a rule from a day on, after a page that shows the open orders that have other accounts."""
    given = {"operation": operation, "taxation": taxation, "agent": agent, "debit": debit, "credit": credit,
             "from": from_}  # fmt: skip
    try:
        rule = _rule(given)
        first_day = rule.first_day or date.max
        with pages.editing(who, lambda seen: whole_organization(seen, inn)) as transaction:
            setting.set_account_rule(transaction, inn, rule, by=who.name)
            others = setting.orders_by_other_accounts(transaction, inn, first_day)
            waiting = setting.shifts_with_proposed_orders(transaction, inn, first_day)
            if not confirmed:
                transaction.undo()
    except NOT_DONE as error:
        return _accounts(request, who, pages, inn, given=given, refused=refused_by(error))
    if confirmed:
        return back_to(request, "settings/accounts", inn, "rule")
    return _accounts(request, who, pages, inn, given=given, preview={"others": others, "waiting": waiting})


def _accounts(
    request: Request,
    who: User,
    pages: Pages,
    inn: str,
    *,
    done: str = "",
    given: Mapping[str, str] | None = None,
    refused: Refused | None = None,
    preview: Mapping[str, Any] | None = None,
) -> Response:
    with pages.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
        rules = transaction.rows("account_rules", inn=inn)
        own = {_place(row) for row in transaction.rows("account_rules_own", inn=inn)}
        organizations = transaction.rows("page_organizations", search="", most=500)
    return page(
        request,
        "settings_accounts.html",
        who,
        status=refused.status if refused else 200,
        organization=organization,
        organizations=organizations,
        rules=[row | {"is_own": _place(row) in own} for row in rules],
        operations=[str(one) for one in Operation],
        taxations=(*TAXATIONS.values(), _UNKNOWN_TAXATION),
        given=given or dict.fromkeys(("operation", "taxation", "agent", "debit", "credit", "from"), ""),
        preview=preview,
        done=done,
        refused=refused,
    )


def _rule(given: Mapping[str, str]) -> AccountRule:
    """Return the rule of a form. Raises CannotBe."""
    texts = {name: plain(text) for name, text in given.items()}
    taxation, agent, day = texts["taxation"], texts["agent"], day_of(texts["from"])
    is_known = taxation in ("", _UNKNOWN_TAXATION, *TAXATIONS.values()) and agent in ("", "yes", "no")
    if texts["operation"] not in list(Operation) or not is_known:
        raise CannotBe("not_understood")
    if day is None:
        raise CannotBe("not_a_day")
    named = None if not taxation else "" if taxation == _UNKNOWN_TAXATION else taxation
    whose = None if not agent else agent == "yes"
    return AccountRule(texts["operation"], named, whose, texts["debit"], texts["credit"], day)


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("operation", "taxation", "agent", "debit", "credit", "first_day", "end_day"))
