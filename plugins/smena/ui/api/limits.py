"""The outer ASGI layer of the API: bounds headers and body, and reads no body of a request without a token."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smena.ui.api.problems import problem_of_status

MOST_BODY_BYTES = 64 * 1024
"""The largest body names five hundred documents."""

MOST_HEADERS = 100

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class ApiLimits:
    """The outermost layer of the API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        dressed = _dressed(send)
        if len(scope["headers"]) > MOST_HEADERS:
            await problem_of_status(431)(scope, receive, dressed)
            return
        if not _has_bearer(scope):
            await problem_of_status(401)(scope, receive, dressed)
            return
        body = await _body(receive)
        if body is None:
            await problem_of_status(413)(scope, receive, dressed)
            return
        await self._app(scope, _replayed(body, receive), dressed)


def _has_bearer(scope: Scope) -> bool:
    given = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
    return len(given) == 1 and given[0][:7].lower() == b"bearer "


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body; None if it is larger than MOST_BODY_BYTES."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BODY_BYTES:
            return None
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


def _dressed(send: Send) -> Send:
    async def dressed(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return dressed
