"""The outer ASGI layer: checks rights and limits before a body is read, sets security headers and the session cookie.

FastAPI reads and decodes a body before it checks who sends it. So for each request that may have a body, `Limits` first
sends the application a request without a body to `RIGHTS_PATH`, which checks the login and the rights.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smena.ui import forms
from smena.ui.csrf import COOKIE, new_session

MOST_BODY_BYTES = 256 * 1024
"""A form with five hundred documents or a signature is far smaller."""

MOST_HEADERS = 100

RIGHTS_PATH = "/door"
"""Responds 204 to a user who may act; any other response is passed on as that of the request itself."""

_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Limits:
    """The outermost layer of the pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        session = _session_of(scope)
        scope.setdefault("state", {})["page_session"] = session or new_session()
        dressed = _dressed(scope, send, is_new=not session)
        if len(scope["headers"]) > MOST_HEADERS:
            await self._refuse(scope, dressed, 431)
        elif scope["method"] in _WITHOUT_BODY:
            await self._app(scope, _bounded(receive), dressed)
        elif await self._is_let_in(scope, dressed):
            try:
                body = await _form(scope, receive)
            except forms.BadForm as bad:
                await self._refuse(scope, dressed, bad.status)
            else:
                await self._app(scope, _replayed(body, receive), dressed)

    async def _is_let_in(self, scope: Scope, send: Send) -> bool:
        """Whether the user may act; if not, the refusal is sent."""
        answer: list[Message] = []

        async def kept(message: Message) -> None:
            answer.append(message)

        await self._app(_before_body(scope), _nothing, kept)
        if answer[0]["status"] == 204:
            return True
        for message in answer:
            await send(message)
        return False

    async def _refuse(self, scope: Scope, send: Send, status: int) -> None:
        before_body = _before_body(scope)
        before_body["state"] = scope["state"] | {"refused": status}
        await self._app(before_body, _nothing, send)


def _before_body(scope: Scope) -> Scope:
    """Return the scope of the same request without a body, to `RIGHTS_PATH`."""
    path = scope.get("root_path", "") + RIGHTS_PATH
    without = (b"content-length", b"content-type", b"transfer-encoding")
    headers = [one for one in scope["headers"][:MOST_HEADERS] if one[0].lower() not in without]
    return dict(scope) | {
        "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "state": dict(scope["state"]),
    }  # fmt: skip


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _session_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            found = cookie_parser(value.decode("latin-1")).get(COOKIE, "")
            if found:
                return found if len(found) <= 100 else ""
    return ""


async def _form(scope: Scope, receive: Receive) -> bytes:
    """Read the whole body and check that it is a form. Raises BadForm before anything is decoded."""
    boundary = forms.boundary_of([value for name, value in scope["headers"] if name.lower() == b"content-type"])
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise forms.BadForm(forms.NOT_UNDERSTOOD)
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BODY_BYTES:
            raise forms.BadForm(forms.TOO_LARGE)
    forms.check(bytes(body), boundary)
    return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    is_given = False

    async def replayed() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


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
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
            if is_new:
                path = scope.get("root_path", "") or "/"
                secure = "; Secure" if scope.get("scheme") == "https" else ""
                session = scope["state"]["page_session"]
                headers.append("Set-Cookie", f"{COOKIE}={session}; Path={path}; HttpOnly; SameSite=Strict{secure}")
        await send(message)

    return dressed
