"""«Настройки»: of an organisation, with the days on which they hold; its account rules; who sees which organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from smena.integration import grants
from smena.integration import organizations as setting
from smena.messages.refusals import wrong_use
from smena.model.organization import AccountRule, Corrections, DatePolicy, Detail, Refunds, Vat
from smena.model.outcome import TAXATIONS, Operation
from smena.model.reasons import Reason
from smena.ui.asking import AnyInn, CannotBe, Inn, Text, day_of, plain
from smena.ui.desk import Desk, NotInSight, Visitor, organization_in_sight
from smena.ui.doors import Acting, Administering, AtDesk, Looking
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import page
from smena.ui.settings_changes import of_grants, of_organization
from smena.warehouse.database import Transaction

router = APIRouter()

CHOICES = {
    "detail": get_args(Detail), "refunds": get_args(Refunds), "date_policy": get_args(DatePolicy),
    "corrections": get_args(Corrections), "vat": get_args(Vat), "keeps_cash_documents": ("yes", "no"),
    "tariff": setting.TARIFFS, "modifier": ("none", *setting.MODIFIERS),
}  # fmt: skip
SECTIONS = {
    "requisites": ("name", "kpp", "okpo", *setting.SIGNATORIES),
    "accounting": ("detail", "vat", "refunds", "date_policy", "corrections", "keeps_cash_documents"),
    "technical": (
        "tariff", "modifier", "timezone", "ofd_connection", "market_connection", "bad_share_limit",
        "most_changed_orders",
    ),
}  # fmt: skip
"""Settings by the form that changes them. `technical` is the administrator's: it may name another's connection."""

_UNKNOWN_TAXATION = "none"
_DONE = ("saved", "rule", "granted", "revoked")

Typed = Annotated[str, Form(max_length=300)]


@router.get("/settings")
def settings(request: Request, who: Looking, desk: AtDesk, inn: AnyInn = "", done: Text = "") -> Response:
    """All settings of an organisation."""
    chosen = inn or _first(desk, who)
    if not chosen:
        return page(request, "settings.html", who, organization=None)
    return _shown(request, who, desk, chosen, done=done if done in _DONE else "")


@router.post("/settings/{inn}/requisites")
def set_requisites(
    request: Request, who: Acting, desk: AtDesk, inn: Inn, name: Typed = "", kpp: Typed = "", okpo: Typed = "",
    head_position: Typed = "", head_name: Typed = "", chief_accountant: Typed = "", cashier: Typed = "",
) -> Response:  # fmt: skip
    """The name, КПП and ОКПО, and who signs cash documents."""
    given = {"name": name, "kpp": kpp, "okpo": okpo, "head_position": head_position, "head_name": head_name,
             "chief_accountant": chief_accountant, "cashier": cashier}  # fmt: skip
    return _change(request, who, desk, inn, given)


@router.post("/settings/{inn}/accounting")
def set_accounting(
    request: Request, who: Acting, desk: AtDesk, inn: Inn, from_: Annotated[str, Form(alias="from")] = "",
    detail: Typed = "", vat: Typed = "", refunds: Typed = "", date_policy: Typed = "", corrections: Typed = "",
    keeps_cash_documents: Typed = "",
) -> Response:  # fmt: skip
    """Settings of accounting, from a day on."""
    given = {"detail": detail, "vat": vat, "refunds": refunds, "date_policy": date_policy,
             "corrections": corrections, "keeps_cash_documents": keeps_cash_documents}  # fmt: skip
    return _change(request, who, desk, inn, given, from_=from_)


@router.post("/settings/{inn}/technical")
def set_technical(
    request: Request, who: Administering, desk: AtDesk, inn: Inn, tariff: Typed = "", modifier: Typed = "",
    timezone: Typed = "", ofd_connection: Typed = "", market_connection: Typed = "", bad_share_limit: Typed = "",
    most_changed_orders: Typed = "",
) -> Response:  # fmt: skip
    """Tariff, zone, connections, limits."""
    given = {"tariff": tariff, "modifier": modifier, "timezone": timezone, "ofd_connection": ofd_connection,
             "market_connection": market_connection, "bad_share_limit": bad_share_limit,
             "most_changed_orders": most_changed_orders}  # fmt: skip
    return _change(request, who, desk, inn, given)


@router.get("/settings/accounts")
def accounts(request: Request, who: Looking, desk: AtDesk, inn: AnyInn = "", done: Text = "") -> Response:
    """The account rules of an organisation's orders, in the order in which they are tried."""
    chosen = inn or _first(desk, who)
    if not chosen:
        return page(request, "settings_accounts.html", who, organization=None)
    return _accounts(request, who, desk, chosen, done=done if done in _DONE else "")


@router.post("/settings/{inn}/accounts")
def set_accounts(
    request: Request, who: Acting, desk: AtDesk, inn: Inn, operation: Typed = "", taxation: Typed = "",
    agent: Typed = "", debit: Typed = "", credit: Typed = "", from_: Annotated[str, Form(alias="from")] = "",
    confirmed: Annotated[str, Form(pattern="^(yes)?$")] = "",
) -> Response:  # fmt: skip
    """A rule from a day on: first shown with the open orders that have other accounts, then set."""
    given = {"operation": operation, "taxation": taxation, "agent": agent, "debit": debit, "credit": credit,
             "from": from_}  # fmt: skip
    try:
        rule = _rule(given)
        first_day = rule.first_day or date.max
        with desk.acting(who, lambda seen: organization_in_sight(seen, inn)) as transaction:
            setting.set_account_rule(transaction, inn, rule, by=who.name)
            others = setting.orders_by_other_accounts(transaction, inn, first_day)
            waiting = setting.shifts_with_proposed_orders(transaction, inn, first_day)
            if not confirmed:
                transaction.undo()
    except NOT_DONE as error:
        return _accounts(request, who, desk, inn, given=given, refused=refused_by(error))
    if confirmed:
        return _back(request, "settings/accounts", inn, "rule")
    return _accounts(request, who, desk, inn, given=given, preview={"others": others, "waiting": waiting})


@router.get("/settings/users")
def users(request: Request, who: Looking, desk: AtDesk, done: Text = "") -> Response:
    """Who sees what, of the organisations in sight; for administrators."""
    if not who.may_administer:
        raise HTTPException(403, "no_right_to_administer")
    return _users(request, who, desk, done=done if done in _DONE else "")


@router.post("/settings/users/grant")
def grant_organization(
    request: Request, who: Administering, desk: AtDesk, user: Typed = "", organization: Typed = ""
) -> Response:
    """An organisation, or every one, is opened to a person by whoever sees it."""

    def do(transaction: Transaction, inns: list[str] | None) -> None:
        grants.grant(transaction, [_person(user)], inns, by=who.name)

    return _granting(request, who, desk, user, organization, "granted", do)


@router.post("/settings/users/revoke")
def revoke_organization(
    request: Request, who: Administering, desk: AtDesk, user: Typed = "", organization: Typed = ""
) -> Response:
    """An organisation, or all that was ever opened, is taken back."""

    def do(transaction: Transaction, inns: list[str] | None) -> None:
        grants.revoke(transaction, [_person(user)], inns, by=who.name)

    return _granting(request, who, desk, user, organization, "revoked", do)


def _change(
    request: Request, who: Visitor, desk: Desk, inn: str, given: Mapping[str, str], *, from_: str = ""
) -> Response:
    try:
        from_day = day_of(from_)
        with desk.acting(who, lambda seen: organization_in_sight(seen, inn)) as transaction:
            before = setting.organization_of(transaction, inn)
            changes = {
                name: plain(text) for name, text in given.items() if plain(text) != _as_typed(getattr(before, name))
            }
            if not changes:
                raise wrong_use(Reason.NOTHING_CHANGED)
            setting.change_organization(transaction, inn, changes, by=who.name, from_day=from_day)
    except NOT_DONE as error:
        return _shown(request, who, desk, inn, given=dict(given) | {"from": from_}, refused=refused_by(error))
    return _back(request, "settings", inn, "saved")


def _shown(
    request: Request,
    who: Visitor,
    desk: Desk,
    inn: str,
    *,
    done: str = "",
    given: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    with desk.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
        stands = setting.organization_of(transaction, inn)
        spans = transaction.rows("settings_by_day", inn=inn)
        changes = of_organization(transaction, inn)
        organizations = transaction.rows("desk_organizations", search="", most=500)
    values = {name: _as_typed(value) for name, value in asdict(stands).items()}
    return page(
        request,
        "settings.html",
        who,
        status=refused.status if refused else 200,
        organization=organization,
        organizations=organizations,
        sections=SECTIONS,
        choices=CHOICES,
        values=values | {"from": ""} | dict(given or {}),
        stands=values,
        spans=[
            {"first_day": row["first_day"], "end_day": row["end_day"]}
            | {name: _as_typed(row[name]) for name in SECTIONS["accounting"]}
            for row in spans
        ],
        changes=changes,
        done=done,
        refused=refused,
    )


def _accounts(
    request: Request,
    who: Visitor,
    desk: Desk,
    inn: str,
    *,
    done: str = "",
    given: Mapping[str, str] | None = None,
    refused: Refused | None = None,
    preview: Mapping[str, Any] | None = None,
) -> Response:
    with desk.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
        rules = transaction.rows("account_rules", inn=inn)
        own = {_place(row) for row in transaction.rows("account_rules_own", inn=inn)}
        organizations = transaction.rows("desk_organizations", search="", most=500)
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


def _users(
    request: Request,
    who: Visitor,
    desk: Desk,
    *,
    done: str = "",
    given: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    with desk.reading(who) as transaction:
        organizations = transaction.rows("desk_organizations", search="", most=500)
    with desk.warehouse.transaction() as transaction:
        transaction.rows("desk_only_reads")
        seen = transaction.row("desk_user", user_name=who.name) or {"sees_all": False, "organizations": []}
        rows = [
            row for row in grants.grants(transaction)
            if seen["sees_all"] or row["organization_inn"] in seen["organizations"]
        ]  # fmt: skip
        may = transaction.row("desk_user_may_grant")
        changes = of_grants(transaction, seen["sees_all"], seen["organizations"])
    return page(
        request,
        "settings_users.html",
        who,
        status=refused.status if refused else 200,
        rows=rows,
        changes=changes,
        organizations=organizations,
        names={one["inn"]: one["name"] for one in organizations},
        sees_all=seen["sees_all"],
        may_grant=bool(may and may["may_grant"]),
        given=given or {"user": "", "organization": ""},
        done=done,
        refused=refused,
    )


def _granting(
    request: Request,
    who: Visitor,
    desk: Desk,
    user: str,
    organization: str,
    done: str,
    do: Callable[[Transaction, list[str] | None], None],
) -> Response:
    """Grants or revokes what the administrator sees: a grant for all needs one for all."""
    asked = plain(organization)

    def look(transaction: Transaction) -> None:
        if asked == "*":
            if not (transaction.row("desk_sees_all") or {"sees_all": False})["sees_all"]:
                raise NotInSight
        else:
            organization_in_sight(transaction, asked)

    try:
        if not asked:
            raise CannotBe("nothing_chosen")
        with desk.acting(who, look) as transaction:
            do(transaction, None if asked == "*" else [asked])
    except NOT_DONE as error:
        given = {"user": user, "organization": organization}
        return _users(request, who, desk, given=given, refused=refused_by(error))
    return RedirectResponse(f"{request.scope.get('root_path', '')}/settings/users?done={done}", 303)


def _rule(given: Mapping[str, str]) -> AccountRule:
    """The rule of a form. Raises CannotBe."""
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


def _person(user: str) -> str:
    name = plain(user)
    if not name:
        raise CannotBe("user_needed")
    return name


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("operation", "taxation", "agent", "debit", "credit", "first_day", "end_day"))


def _as_typed(value: object) -> str:
    return "" if value is None else setting.as_text(value)


def _first(desk: Desk, who: Visitor) -> str:
    with desk.reading(who) as transaction:
        listed = transaction.rows("desk_organizations", search="", most=1)
    return listed[0]["inn"] if listed else ""


def _back(request: Request, path: str, inn: str, done: str) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/{path}?inn={inn}&done={done}", 303)
