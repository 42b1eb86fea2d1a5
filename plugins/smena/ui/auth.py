"""Who comes in: Airflow's login, Airflow's rights, the session of the browser, and the seal of a form."""

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
    """What Airflow says of who asks."""

    name: str
    may_look: bool
    may_act: bool
    may_administer: bool = False


def rights(request: Request, user: GetUserDep) -> Rights:
    """401 where nobody is logged in."""
    return Rights(
        name=user.get_name(),
        may_look=_is_allowed(requires_access_dag("GET", None, PAGES_DAG), request, user),
        may_act=_is_allowed(requires_access_dag("POST", DagAccessEntity.RUN, PAGES_DAG), request, user),
        # Who edits Airflow's connections has the warehouse anyway.
        may_administer=get_auth_manager().is_authorized_connection(method="PUT", user=user),
    )


def current_user(request: Request, allowed: Annotated[Rights, Depends(rights)]) -> User:
    """Who looks: 401 where nobody is logged in, 403 where Airflow does not let him see `PAGES_DAG` either."""
    if not allowed.may_look:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return User(allowed.name, allowed.may_act, request.state.page_session, allowed.may_administer)


def before_body(request: Request, who: Annotated[User, Depends(current_user)]) -> User:
    """Who may act, by what is known before the body: 403 without the right to run `PAGES_DAG`, or from elsewhere."""
    if not who.may_act:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "no_right_to_act")
    headers = request.headers
    if not is_same_origin(headers.get("origin"), headers.get("referer"), headers.get("host")):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "forged")
    return who


def actor(
    request: Request, who: Annotated[User, Depends(before_body)], token: Annotated[str, Form(max_length=200)] = ""
) -> User:
    """Who decides: 403 as at the door, or where the form is not of a page of ours."""
    # The session that came with the request, not one that was made for the answer.
    if not request.app.state.csrf.is_sealed(token, request.cookies.get(COOKIE, ""), who.name):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "stale_form")
    return who


def administrator(who: Annotated[User, Depends(actor)]) -> User:
    """Who sets up: 403 as for acting, or without the right to edit Airflow's connections."""
    if not who.may_administer:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "no_right_to_administer")
    return who


def pages(request: Request) -> Pages:
    """The desk of this application."""
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
