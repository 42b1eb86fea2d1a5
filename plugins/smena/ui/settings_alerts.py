"""«Оповещения»: which connection gets the alerts of which organisation or place of it; for administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from smena.mandates import alert_routes, grants
from smena.model.place import Place
from smena.ui.asking import CannotBe, Id, Text, Typed, plain
from smena.ui.auth import Administrator, UsePages, Viewer
from smena.ui.pages import NotInSight, Pages, User, sees_every_one, whole_organization
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import page
from smena.warehouse.database import Row, Transaction

router = APIRouter()

_NOTHING = {"connection": "", "organization": "", "kpp": "", "sales_point": ""}


@router.get("/settings/alerts")
def routes(request: Request, who: Viewer, pages: UsePages, done: Text = "") -> Response:
    """Show the routes of the organisations that the administrator sees."""
    if not who.may_administer:
        raise HTTPException(403, "no_right_to_administer")
    return _routes(request, who, pages, _NOTHING, done=done if done in ("added", "removed") else "")


@router.post("/settings/alerts/add")
def add_route(
    request: Request, who: Administrator, pages: UsePages, connection: Typed = "", organization: Typed = "",
    kpp: Typed = "", sales_point: Typed = "",
) -> Response:  # fmt: skip
    """Send the alerts of an organisation, of a place of it, or of all organisations by a connection too."""
    typed = {"connection": connection, "organization": organization, "kpp": kpp, "sales_point": sales_point}
    given = {name: plain(text) for name, text in typed.items()}
    inn = None if given["organization"] == "*" else given["organization"]

    def do(transaction: Transaction) -> None:
        place = Place(given["kpp"] or None, given["sales_point"] or None)
        alert_routes.add_route(transaction, given["connection"], inn, place, by=who.name)

    try:
        if not given["connection"]:
            raise CannotBe("connection_needed")
        return _changed(request, who, pages, inn, do, "added")
    except NOT_DONE as error:
        return _routes(request, who, pages, given, refused=refused_by(error))


@router.post("/settings/alerts/{route_id}/remove")
def remove_route(request: Request, who: Administrator, pages: UsePages, route_id: Id) -> Response:
    """Remove a route. One that the administrator does not see is not found."""
    known = {row["alert_route_id"]: row["organization_inn"] for row in _all(pages)}
    if route_id not in known:
        raise NotInSight
    try:
        return _changed(
            request, who, pages, known[route_id], lambda seen: alert_routes.remove_route(seen, route_id), "removed"
        )
    except NOT_DONE as error:
        return _routes(request, who, pages, _NOTHING, refused=refused_by(error))


def _changed(
    request: Request, who: User, pages: Pages, inn: str | None, do: Callable[[Transaction], None], done: str
) -> Response:
    """Change a route of an organisation that the administrator sees whole; one of all only if he sees all."""

    def look(transaction: Transaction) -> None:
        if inn is not None:
            whole_organization(transaction, inn)
        elif not sees_every_one(transaction):
            raise NotInSight

    with pages.editing(who, look) as transaction:
        do(transaction)
    return RedirectResponse(f"{request.scope.get('root_path', '')}/settings/alerts?done={done}", 303)


def _routes(
    request: Request,
    who: User,
    pages: Pages,
    given: Mapping[str, str],
    *,
    done: str = "",
    refused: Refused | None = None,
) -> Response:
    with pages.reading(who) as transaction:
        organizations = transaction.rows("page_organizations", search="", most=500)
        places = grants.places(transaction)
        sees_all = sees_every_one(transaction)
    seen = {one["inn"]: one["name"] for one in organizations}
    with pages.warehouse.transaction() as transaction:
        transaction.rows("page_only_reads")
        may = transaction.row("page_user_may_grant")
    return page(
        request,
        "settings_alerts.html",
        who,
        status=refused.status if refused else 200,
        rows=[row for row in _all(pages) if sees_all or row["organization_inn"] in seen],
        organizations=organizations,
        kpps=sorted({row["kpp"] for row in places if row["kpp"]}),
        sales_points=sorted({row["sales_point"] for row in places if row["sales_point"]}),
        names=seen,
        sees_all=sees_all,
        may_route=bool(may and may["may_route"]),
        given=given,
        done=done,
        refused=refused,
    )


def _all(pages: Pages) -> list[Row]:
    with pages.warehouse.transaction() as transaction:
        transaction.rows("page_only_reads")
        return alert_routes.routes(transaction)
