"""«Настройки» of an organisation, with the days from which they apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, get_args

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from smena.mandates import organizations as setting
from smena.messages.refusals import wrong_use
from smena.model.organization import Corrections, DatePolicy, Detail, Refunds, Vat
from smena.model.reasons import Reason
from smena.ui.asking import AnyInn, Inn, Text, Typed, day_of, plain
from smena.ui.auth import Administrator, Editor, UsePages, Viewer
from smena.ui.pages import Pages, User, first_in_sight, organization_in_sight, whole_organization
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import back_to, page
from smena.ui.settings_changes import of_organization

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
"""Settings by form. Only an administrator may change `technical`: it may name another organisation's connection."""


@router.get("/settings")
def settings(request: Request, who: Viewer, pages: UsePages, inn: AnyInn = "", done: Text = "") -> Response:
    """Show all settings of an organisation."""
    chosen = inn or first_in_sight(pages, who)
    if not chosen:
        return page(request, "settings.html", who, organization=None)
    return _shown(request, who, pages, chosen, done=done if done == "saved" else "")


@router.post("/settings/{inn}/requisites")
def set_requisites(
    request: Request, who: Editor, pages: UsePages, inn: Inn, name: Typed = "", kpp: Typed = "", okpo: Typed = "",
    head_position: Typed = "", head_name: Typed = "", chief_accountant: Typed = "", cashier: Typed = "",
) -> Response:  # fmt: skip
    """Set the name, КПП and ОКПО, and who signs cash documents."""
    given = {"name": name, "kpp": kpp, "okpo": okpo, "head_position": head_position, "head_name": head_name,
             "chief_accountant": chief_accountant, "cashier": cashier}  # fmt: skip
    return _change(request, who, pages, inn, given)


@router.post("/settings/{inn}/accounting")
def set_accounting(
    request: Request, who: Editor, pages: UsePages, inn: Inn, from_: Annotated[str, Form(alias="from")] = "",
    detail: Typed = "", vat: Typed = "", refunds: Typed = "", date_policy: Typed = "", corrections: Typed = "",
    keeps_cash_documents: Typed = "",
) -> Response:  # fmt: skip
    """Set the accounting settings, from a day on."""
    given = {"detail": detail, "vat": vat, "refunds": refunds, "date_policy": date_policy,
             "corrections": corrections, "keeps_cash_documents": keeps_cash_documents}  # fmt: skip
    return _change(request, who, pages, inn, given, from_=from_)


@router.post("/settings/{inn}/technical")
def set_technical(
    request: Request, who: Administrator, pages: UsePages, inn: Inn, tariff: Typed = "", modifier: Typed = "",
    timezone: Typed = "", ofd_connection: Typed = "", market_connection: Typed = "", bad_share_limit: Typed = "",
    most_changed_orders: Typed = "",
) -> Response:  # fmt: skip
    """Set tariff, time zone, connections and limits."""
    given = {"tariff": tariff, "modifier": modifier, "timezone": timezone, "ofd_connection": ofd_connection,
             "market_connection": market_connection, "bad_share_limit": bad_share_limit,
             "most_changed_orders": most_changed_orders}  # fmt: skip
    return _change(request, who, pages, inn, given)


def _change(
    request: Request, who: User, pages: Pages, inn: str, given: Mapping[str, str], *, from_: str = ""
) -> Response:
    try:
        from_day = day_of(from_)
        with pages.editing(who, lambda seen: whole_organization(seen, inn)) as transaction:
            before = setting.organization_of(transaction, inn)
            changes = {
                name: plain(text) for name, text in given.items() if plain(text) != _as_typed(getattr(before, name))
            }
            if not changes:
                raise wrong_use(Reason.NOTHING_CHANGED)
            setting.change_organization(transaction, inn, changes, by=who.name, from_day=from_day)
    except NOT_DONE as error:
        return _shown(request, who, pages, inn, given=dict(given) | {"from": from_}, refused=refused_by(error))
    return back_to(request, "settings", inn, "saved")


def _shown(
    request: Request,
    who: User,
    pages: Pages,
    inn: str,
    *,
    done: str = "",
    given: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    with pages.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
        known = setting.organization_of(transaction, inn)
        spans = transaction.rows("settings_by_day", inn=inn)
        changes = of_organization(transaction, inn)
        organizations = transaction.rows("page_organizations", search="", most=500)
    values = {name: _as_typed(value) for name, value in asdict(known).items()}
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
        current=values,
        spans=[
            {"first_day": row["first_day"], "end_day": row["end_day"]}
            | {name: _as_typed(row[name]) for name in SECTIONS["accounting"]}
            for row in spans
        ],
        changes=changes,
        done=done,
        refused=refused,
    )


def _as_typed(value: object) -> str:
    return "" if value is None else setting.as_text(value)
