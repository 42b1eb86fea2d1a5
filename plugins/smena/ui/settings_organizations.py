"""«Добавить организацию»: for an administrator who sees every organisation."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from smena.mandates.organizations import MODIFIERS, TARIFFS, add_organization
from smena.ui.asking import Typed, plain
from smena.ui.auth import Administrator, UsePages, Viewer
from smena.ui.pages import NotInSight, Pages, User, sees_every_one
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import back_to, page
from smena.warehouse.database import Transaction

router = APIRouter()

CHOICES = {"tariff": TARIFFS, "modifier": ("none", *MODIFIERS)}
_USUAL = {"inn": "", "kpp": "", "name": "", "tariff": "", "modifier": "", "timezone": "Europe/Moscow"}


@router.get("/settings/add")
def new_organization(request: Request, who: Viewer, pages: UsePages) -> Response:
    """Show the form that registers an organisation."""
    if not who.may_administer:
        raise HTTPException(403, "no_right_to_administer")
    return _form(request, who, pages, _USUAL)


@router.post("/settings/add")
def register_organization(
    request: Request, who: Administrator, pages: UsePages, inn: Typed = "", kpp: Typed = "", name: Typed = "",
    tariff: Typed = "", modifier: Typed = "", timezone: Typed = "",
) -> Response:  # fmt: skip
    """Register an organisation. Who sees only some would not see the new one, and cannot add it."""
    typed = {
        "inn": inn, "kpp": kpp, "name": name, "tariff": tariff, "modifier": modifier, "timezone": timezone,
    }  # fmt: skip
    given = {field: plain(text) for field, text in typed.items()}
    try:
        with pages.editing(who, _every_one) as transaction:
            added = add_organization(
                transaction, inn=given["inn"], kpp=given["kpp"], name=given["name"], tariff=given["tariff"],
                modifier=given["modifier"] or None, timezone=given["timezone"],
            )  # fmt: skip
    except NOT_DONE as error:
        return _form(request, who, pages, given, refused=refused_by(error))
    return back_to(request, "settings", added.inn, "saved")


def _every_one(transaction: Transaction) -> None:
    if not sees_every_one(transaction):
        raise NotInSight


def _form(
    request: Request, who: User, pages: Pages, given: Mapping[str, str], *, refused: Refused | None = None
) -> Response:
    with pages.reading(who) as transaction:
        sees_all = sees_every_one(transaction)
    return page(
        request,
        "settings_organizations.html",
        who,
        status=refused.status if refused else 200,
        given=given,
        choices=CHOICES,
        sees_all=sees_all,
        refused=refused,
    )
