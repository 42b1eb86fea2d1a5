"""Who comes in: Airflow's login, Airflow's rights, the session of the browser, and the seal of a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import DagAccessEntity, GetUserDep, requires_access_dag
from fastapi import Depends, Form, HTTPException, Request, status

from smena.airflow_roles import DESK
from smena.ui.desk import Desk, Visitor
from smena.ui.forgery import COOKIE, is_same_origin


@dataclass(frozen=True, slots=True)
class Rights:
    """What Airflow says of who asks."""

    name: str
    may_look: bool
    may_act: bool
    may_administer: bool = False


def rights(request: Request, user: GetUserDep) -> Rights:
    """401 where nobody is logged in."""
    return Rights(
        name=user.get_name(),
        may_look=_is_allowed(requires_access_dag("GET", None, DESK), request, user),
        may_act=_is_allowed(requires_access_dag("POST", DagAccessEntity.RUN, DESK), request, user),
        # Who edits Airflow's connections has the warehouse anyway.
        may_administer=get_auth_manager().is_authorized_connection(method="PUT", user=user),
    )


def visitor(request: Request, allowed: Annotated[Rights, Depends(rights)]) -> Visitor:
    """Who looks: 401 where nobody is logged in, 403 where Airflow does not let him see `DESK` either."""
    if not allowed.may_look:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return Visitor(allowed.name, allowed.may_act, request.state.desk_session, allowed.may_administer)


def at_the_door(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Visitor:
    """Who may act, by what is known before the body is read: 403 without the right to run `DESK`, or from elsewhere."""
    if not who.may_act:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "no_right_to_act")
    headers = request.headers
    if not is_same_origin(headers.get("origin"), headers.get("referer"), headers.get("host")):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "forged")
    return who


def actor(
    request: Request, who: Annotated[Visitor, Depends(at_the_door)], token: Annotated[str, Form(max_length=200)] = ""
) -> Visitor:
    """Who decides: 403 as at the door, or where the form is not of a page of ours."""
    # The session that came with the request, not one that was made for the answer.
    if not request.app.state.forgery.is_sealed(token, request.cookies.get(COOKIE, ""), who.name):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "stale_form")
    return who


def administrator(who: Annotated[Visitor, Depends(actor)]) -> Visitor:
    """Who sets up: 403 as for acting, or without the right to edit Airflow's connections."""
    if not who.may_administer:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "no_right_to_administer")
    return who


def desk(request: Request) -> Desk:
    """The desk of this application."""
    found: Desk = request.app.state.desk
    return found


Looking = Annotated[Visitor, Depends(visitor)]
AtTheDoor = Annotated[Visitor, Depends(at_the_door)]
Acting = Annotated[Visitor, Depends(actor)]
Administering = Annotated[Visitor, Depends(administrator)]
AtDesk = Annotated[Desk, Depends(desk)]


def _is_allowed(check: Any, request: Request, user: Any) -> bool:
    try:
        check(request, user)
    except HTTPException as refused:
        if refused.status_code != status.HTTP_403_FORBIDDEN:
            raise
        return False
    return True
