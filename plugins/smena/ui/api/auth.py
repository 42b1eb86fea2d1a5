"""Authentication of the API: a token of Airflow in the header, never the cookie of a browser.

A browser adds its cookie to a request that another site makes it send; it never adds the header. So the API needs no
form token, and refuses a request that has only the cookie.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Request, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from smena.ui.auth import Rights, rights
from smena.ui.pages import Pages, User

_BEARER = HTTPBearer(auto_error=False, description="A token of Airflow, from `POST /auth/token`.")


def bearer(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> None:
    """Refuse a request without a bearer token; Airflow checks the token."""
    if credentials is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)


def reader(_has_token: Annotated[None, Depends(bearer)], allowed: Annotated[Rights, Depends(rights)]) -> User:
    """Return the user: status 401 without a valid token, 403 without the right to see the pages."""
    if not allowed.may_look:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return User(allowed.name, allowed.may_act, may_administer=allowed.may_administer)


def editor(who: Annotated[User, Depends(reader)]) -> User:
    """Return the user who may decide: status 403 without the right to."""
    if not who.may_act:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return who


def pages(request: Request) -> Pages:
    """Return the `Pages` of this application."""
    found: Pages = request.app.state.pages
    return found


Reader = Annotated[User, Depends(reader)]
Editor = Annotated[User, Depends(editor)]
UsePages = Annotated[Pages, Depends(pages)]
