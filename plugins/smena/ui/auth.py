"""Authentication and authorization: Airflow's login and rights, the browser session, and the token of a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import DagAccessEntity, GetUserDep, requires_access_dag
from fastapi import Depends, Form, HTTPException, Request, status

from smena.airflow.roles import PAGES_DAG
from smena.ui.csrf import COOKIE, is_same_origin
from smena.ui.pages import Pages, User


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of the logged-in user in Airflow."""

    name: str
    may_look: bool
    may_act: bool
    may_administer: bool = False


def rights(request: Request, user: GetUserDep) -> Rights:
    """Return the user's rights; status 401 if nobody is logged in."""
    return Rights(
        name=user.get_name(),
        may_look=_is_allowed(requires_access_dag("GET", None, PAGES_DAG), request, user),
        may_act=_is_allowed(requires_access_dag("POST", DagAccessEntity.RUN, PAGES_DAG), request, user),
        # A user who may edit Airflow's connections can reach the whole warehouse anyway.
        may_administer=get_auth_manager().is_authorized_connection(method="PUT", user=user),
    )


def current_user(request: Request, allowed: Annotated[Rights, Depends(rights)]) -> User:
    """Return the user; status 401 if nobody is logged in, 403 without the right to see `PAGES_DAG` in Airflow."""
    if not allowed.may_look:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return User(allowed.name, allowed.may_act, request.state.page_session, allowed.may_administer)


def before_body(request: Request, who: Annotated[User, Depends(current_user)]) -> User:
    """Return the user who may act, checked before the body is read.

    Status 403 without the right to run `PAGES_DAG`, or if another site sent the request.
    """
    if not who.may_act:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "no_right_to_act")
    headers = request.headers
    if not is_same_origin(headers.get("origin"), headers.get("referer"), headers.get("host")):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "forged")
    return who


def actor(
    request: Request, who: Annotated[User, Depends(before_body)], token: Annotated[str, Form(max_length=200)] = ""
) -> User:
    """Return the user who decides; status 403 as for `before_body`, or without a valid form token."""
    # The session from the request's cookie, not a new one that `Limits` made for the response.
    if not request.app.state.csrf.is_sealed(token, request.cookies.get(COOKIE, ""), who.name):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "stale_form")
    return who


def administrator(who: Annotated[User, Depends(actor)]) -> User:
    """Return the administrator; status 403 as for `actor`, or without the right to edit Airflow's connections."""
    if not who.may_administer:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "no_right_to_administer")
    return who


def pages(request: Request) -> Pages:
    """Return the `Pages` of this application."""
    found: Pages = request.app.state.pages
    return found


Viewer = Annotated[User, Depends(current_user)]
BeforeBody = Annotated[User, Depends(before_body)]
Editor = Annotated[User, Depends(actor)]
Administrator = Annotated[User, Depends(administrator)]
UsePages = Annotated[Pages, Depends(pages)]


def _is_allowed(check: Any, request: Request, user: Any) -> bool:
    try:
        check(request, user)
    except HTTPException as refused:
        if refused.status_code != status.HTTP_403_FORBIDDEN:
            raise
        return False
    return True
