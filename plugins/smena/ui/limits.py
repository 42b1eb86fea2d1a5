"""Around every answer: bounded bodies, headers that forbid what no page of ours does, the session's cookie."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smena.ui.forgery import COOKIE, new_session

MOST_BODY_BYTES = 256 * 1024
"""A form with five hundred documents or a signature is far below."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Limits:
    """The outermost layer of the desk."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        session = _session_of(scope)
        scope.setdefault("state", {})["desk_session"] = session or new_session()
        await self._app(scope, _bounded(receive), _dressed(scope, send, is_new=not session))


def _session_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            found = cookie_parser(value.decode("latin-1")).get(COOKIE, "")
            if found:
                return found if len(found) <= 100 else ""
    return ""


def _bounded(receive: Receive) -> Callable[[], Awaitable[Message]]:
    came = 0

    async def bounded() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > MOST_BODY_BYTES:
            raise HTTPException(413)
        return message

    return bounded


def _dressed(scope: Scope, send: Send, *, is_new: bool) -> Send:
    async def dressed(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                # A page of Data Docs brings a policy of its own, which allows less but for its style.
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            if is_new:
                path = scope.get("root_path", "") or "/"
                secure = "; Secure" if scope.get("scheme") == "https" else ""
                session = scope["state"]["desk_session"]
                headers.append("Set-Cookie", f"{COOKIE}={session}; Path={path}; HttpOnly; SameSite=Strict{secure}")
        await send(message)

    return dressed
