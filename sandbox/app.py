"""The HTTP side: routes, authentication, faults, and the sandbox's own controls under `/_sandbox/`."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import refusals
from sandbox.faults import Fault, Faults
from sandbox.ofd import Ofd
from sandbox.parameters import required
from sandbox.refusals import Refusal
from sandbox.session import APPROVE_PATH, Authenticator
from sandbox.settings import ApiKey
from sandbox.traffic import Traffic

Method = Callable[[ApiKey, Mapping[str, str], Mapping[str, str]], Any]
_HTML = "<!DOCTYPE html><html><head><title>Технические работы</title></head><body>Попробуйте позже</body></html>"
_CASHBOX = "/v2/organizations/{organization}/cashboxes/{register}"


@dataclass(frozen=True, slots=True)
class ResponsePolicy:
    """The refusals of a service: by status (None: without a body), and for things that a key may not see."""

    of_status: Callable[[int], Refusal | None] = refusals.refusal_of_status
    closed: Callable[[], Refusal] = refusals.forbidden_cashbox


_OFD = ResponsePolicy()


def as_json(payload: Any, status: int = 200) -> Response:
    """Return a JSON response."""
    return Response(msgspec.json.encode(payload), status, media_type="application/json; charset=utf-8")


def _refused(refusal: Refusal) -> Response:
    return as_json(refusal.body(), refusal.status)


def _broken(fault: Fault, response_policy: ResponsePolicy) -> Response:
    """Return the response of a fault, in place of the right one."""
    if fault.kind == "html":
        return Response(_HTML, media_type="text/html; charset=utf-8")
    if fault.kind == "empty_body":
        return Response(b"")
    if fault.kind == "body":
        return Response(fault.body, media_type="application/json; charset=utf-8")
    if fault.kind == "forbid_register":
        return _refused(response_policy.closed())
    refusal = response_policy.of_status(fault.status)
    answer = _refused(refusal) if refusal else Response(b"", fault.status)
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = f"{fault.retry_after:g}"
    return answer


class _Dropped(Response):
    """No response: the connection is reset."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 - ASGI's own arguments
        # Uvicorn has no API to drop a connection, but the owner of `receive` has its transport.
        receive.__self__.transport.abort()
        await asyncio.sleep(0)


class Gate:
    """Handles every request: counts it, applies faults, turns refusals into responses."""

    def __init__(self, authenticator: Authenticator, faults: Faults, traffic: Traffic) -> None:
        self._authenticator, self._faults, self._traffic = authenticator, faults, traffic

    async def pass_through(
        self,
        request: Request,
        name: str,
        answer: Callable[[], Any],
        *,
        place: str = "",
        response_policy: ResponsePolicy = _OFD,
    ) -> Response:
        """Count the request, apply faults, respond. `place`: the id for counts and faults if there is no register."""
        line = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        register = request.path_params.get("register", "") or place
        self._traffic.note(name, register, f"{request.method} {line}")
        cut, mark = False, b""
        for fault in self._faults.of_answer(line, name, register):
            if fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            elif fault.kind == "session_dies":
                self._authenticator.forget_all()
            elif fault.kind == "cut_json":
                cut = True
            elif fault.kind == "byte_order_mark":
                mark = codecs.BOM_UTF8
            elif fault.kind == "reset":
                return _Dropped()
            else:
                return _broken(fault, response_policy)
        try:
            response = as_json(answer())
        except Refusal as refusal:
            return _refused(refusal)
        if cut or mark:
            body = mark + bytes(response.body)
            whole = max(1, len(body) * 2 // 3) if cut else len(body)
            return Response(body[:whole], media_type="application/json; charset=utf-8")
        return response

    def data_route(self, path: str, name: str, method: Method) -> Route:
        """Return a route of the data endpoint, which needs a session and an integrator's key."""

        async def endpoint(request: Request) -> Response:
            def answer() -> Any:
                headers = request.headers
                key = self._authenticator.admit(
                    headers.get("authorization", ""), headers.get("x-kontur-ofd-apikey", "")
                )
                line = f"{request.url.path}?{request.url.query}"
                return method(key, {**request.path_params, "line": line}, request.query_params)

            return await self.pass_through(request, name, answer)

        return Route(path, endpoint, methods=["GET"])

    def auth_route(self, path: str, name: str, method: Callable[[Request, bytes], Any]) -> Route:
        """Return a route of the authentication endpoint."""

        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return await self.pass_through(request, name, lambda: method(request, body))

        return Route(path, endpoint, methods=["POST"])


class Controls:
    """`/_sandbox/…`: faults, counts, time and truth. Not a part of Kontur.

    Args:
        current_time, set_now: read and set the server's time.
        truth: returns what really happened.
    """

    def __init__(
        self,
        faults: Faults,
        traffic: Traffic,
        current_time: Callable[[], datetime],
        set_now: Callable[[datetime | None], None],
        truth: Callable[[str | None], list[dict[str, Any]]],
        by_days: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
    ) -> None:
        self._faults, self._traffic = faults, traffic
        self._current_time, self._set_now, self._truth, self._by_days = current_time, set_now, truth, by_days

    async def faults(self, request: Request) -> Response:
        """GET lists, POST adds (a list or one), DELETE clears."""
        if request.method == "DELETE":
            self._faults.clear()
        elif request.method == "POST":
            try:
                wanted = msgspec.json.decode(await request.body())
                self._faults.add(*(wanted if isinstance(wanted, list) else [wanted]))
            except (ValueError, TypeError) as error:
                return as_json({"error": str(error)}, 400)
        return as_json(self._faults.report())

    async def requests(self, request: Request) -> Response:
        """GET returns the counts, DELETE resets them."""
        if request.method == "DELETE":
            self._traffic.reset()
        return as_json(self._traffic.report())

    async def now(self, request: Request) -> Response:
        """GET returns the time, POST `{"now": "…"}` sets it; null goes back to the real clock."""
        if request.method == "POST":
            try:
                wanted = msgspec.json.decode(await request.body())["now"]
                self._set_now(datetime.fromisoformat(wanted) if wanted is not None else None)
            except (ValueError, TypeError, KeyError) as error:
                return as_json({"error": str(error)}, 400)
        return as_json({"now": self._current_time().isoformat()})

    async def truth(self, request: Request) -> Response:
        """`?inn=…`: `{"shifts": [...], "days": [...]}`."""
        try:
            shifts = self._truth(request.query_params.get("inn"))
        except KeyError:
            return as_json({"error": "no such organisation"}, 404)
        return as_json({"shifts": shifts, "days": self._by_days(shifts)})

    def routes(self) -> list[Route]:
        """Return the routes of the controls."""
        return [
            Route("/_sandbox/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/_sandbox/requests", self.requests, methods=["GET", "DELETE"]),
            Route("/_sandbox/now", self.now, methods=["GET", "POST"]),
            Route("/_sandbox/truth", self.truth, methods=["GET"]),
        ]


def _base_url(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def build_app(
    ofd: Ofd, authenticator: Authenticator, gate: Gate, controls: Controls, others: Sequence[Route] = ()
) -> Starlette:
    """Return the application with the routes of the contract, of the controls, and of other services (Market)."""
    statistics = "statistics/cash-receipt"
    return Starlette(
        routes=[
            gate.auth_route(
                "/auth/authenticate-by-pass",
                "authenticate-by-pass",
                lambda request, body: authenticator.by_password(
                    required(request.query_params, "login"), body.decode("utf-8", "replace")
                ),
            ),
            gate.auth_route(
                "/auth/authenticate-by-cert",
                "authenticate-by-cert",
                lambda request, body: authenticator.by_certificate(body, _base_url(request)),
            ),
            gate.auth_route(
                APPROVE_PATH,
                "approve-cert",
                lambda request, body: authenticator.approve(required(request.query_params, "thumbprint"), body),
            ),
            gate.data_route("/v2/organizations", "organizations", ofd.organizations),
            gate.data_route(
                f"/v2/organizations/{{organization}}/{statistics}/by-days",
                "organization-by-days",
                ofd.organization_by_days,
            ),
            gate.data_route("/v2/organizations/{organization}/cashboxes", "cashboxes", ofd.cashboxes),
            gate.data_route(_CASHBOX, "cashbox", ofd.cashbox),
            gate.data_route(f"{_CASHBOX}/documents/by-period", "by-period", ofd.by_period),
            gate.data_route(f"{_CASHBOX}/documents", "documents", ofd.documents),
            gate.data_route(f"{_CASHBOX}/documents/{{document}}", "document", ofd.document),
            gate.data_route(f"{_CASHBOX}/{statistics}/by-shifts", "by-shifts", ofd.by_shifts),
            gate.data_route(f"{_CASHBOX}/{statistics}/by-days", "by-days", ofd.by_days),
            *controls.routes(),
            *others,
        ]
    )
