"""«Пользователи»: who sees which organisation; for administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from smena.mandates import grants
from smena.model.place import WHOLE, Place
from smena.ui.asking import CannotBe, Text, Typed, plain
from smena.ui.auth import Administrator, UsePages, Viewer
from smena.ui.pages import NotInSight, Pages, User, sees_every_one, whole_organization
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import page
from smena.ui.settings_changes import of_grants
from smena.warehouse.database import Transaction

router = APIRouter()


@router.get("/settings/users")
def users(request: Request, who: Viewer, pages: UsePages, done: Text = "") -> Response:
    """Show who sees which organisations, of those that the administrator sees."""
    if not who.may_administer:
        raise HTTPException(403, "no_right_to_administer")
    return _users(request, who, pages, done=done if done in ("granted", "revoked") else "")


@router.post("/settings/users/grant")
def grant_organization(
    request: Request,
    who: Administrator,
    pages: UsePages,
    user: Typed = "",
    organization: Typed = "",
    kpp: Typed = "",
    sales_point: Typed = "",
) -> Response:
    """Grant a person access to an organisation that the administrator sees, to a place of it, or to all."""
    place = Place(plain(kpp) or None, plain(sales_point) or None)

    def do(transaction: Transaction, inns: list[str] | None) -> None:
        grants.grant(transaction, [_person(user)], inns, place=place, by=who.name)

    return _granting(request, who, pages, user, organization, "granted", do, place)


@router.post("/settings/users/revoke")
def revoke_organization(
    request: Request,
    who: Administrator,
    pages: UsePages,
    user: Typed = "",
    organization: Typed = "",
    kpp: Typed = "",
    sales_point: Typed = "",
) -> Response:
    """Revoke a person's access to an organisation or to a place of it, or every grant."""
    place = Place(plain(kpp) or None, plain(sales_point) or None)

    def do(transaction: Transaction, inns: list[str] | None) -> None:
        grants.revoke(transaction, [_person(user)], inns, place=place, by=who.name)

    return _granting(request, who, pages, user, organization, "revoked", do, place)


def _users(
    request: Request,
    who: User,
    pages: Pages,
    *,
    done: str = "",
    given: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    with pages.reading(who) as transaction:
        organizations = transaction.rows("page_organizations", search="", most=500)
        places = grants.places(transaction)
    with pages.warehouse.transaction() as transaction:
        transaction.rows("page_only_reads")
        seen = transaction.row("page_user", user_name=who.name) or {"sees_all": False, "organizations": []}
        rows = [
            row for row in grants.grants(transaction)
            if seen["sees_all"] or row["organization_inn"] in seen["organizations"]
        ]  # fmt: skip
        may = transaction.row("page_user_may_grant")
        changes = of_grants(transaction, seen["sees_all"], seen["organizations"])
    return page(
        request,
        "settings_users.html",
        who,
        status=refused.status if refused else 200,
        rows=rows,
        changes=changes,
        organizations=organizations,
        kpps=sorted({row["kpp"] for row in places if row["kpp"]}),
        sales_points=sorted({row["sales_point"] for row in places if row["sales_point"]}),
        names={one["inn"]: one["name"] for one in organizations},
        sees_all=seen["sees_all"],
        may_grant=bool(may and may["may_grant"]),
        given=given or {"user": "", "organization": ""} | _typed(WHOLE),
        done=done,
        refused=refused,
    )


def _granting(
    request: Request,
    who: User,
    pages: Pages,
    user: str,
    organization: str,
    done: str,
    do: Callable[[Transaction, list[str] | None], None],
    place: Place,
) -> Response:
    """Grant or revoke; an administrator can grant only what he sees, and all only if he sees all."""
    asked = plain(organization)

    def look(transaction: Transaction) -> None:
        if asked == "*":
            if not sees_every_one(transaction):
                raise NotInSight
        else:
            whole_organization(transaction, asked)

    try:
        if not asked:
            raise CannotBe("nothing_chosen")
        with pages.editing(who, look) as transaction:
            do(transaction, None if asked == "*" else [asked])
    except NOT_DONE as error:
        given = {"user": user, "organization": organization} | _typed(place)
        return _users(request, who, pages, given=given, refused=refused_by(error))
    return RedirectResponse(f"{request.scope.get('root_path', '')}/settings/users?done={done}", 303)


def _typed(place: Place) -> dict[str, str]:
    return {"kpp": place.kpp or "", "sales_point": place.sales_point or ""}


def _person(user: str) -> str:
    name = plain(user)
    if not name:
        raise CannotBe("user_needed")
    return name
