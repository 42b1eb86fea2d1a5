"""The pages as an ASGI application: its routes, and the page of every refusal."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response

from smena.model.errors import AlreadyAnswered, SmenaError
from smena.runtime.context import Context
from smena.ui import (
    cash,
    certificates,
    completeness,
    decisions,
    decisions_answers,
    documents,
    documents_marking,
    downloads,
    integrations,
    journal,
    links,
    month,
    quality,
    quarantine,
    settings,
    settings_accounts,
    settings_alerts,
    settings_organizations,
    settings_users,
    today,
)
from smena.ui.asking import CannotBe
from smena.ui.auth import BeforeBody, Viewer
from smena.ui.csrf import FormTokens
from smena.ui.limits import RIGHTS_PATH, Limits
from smena.ui.pages import NotInSight, OnlyInPart, Pages
from smena.ui.refusing import refused_by
from smena.ui.rendering import page, static_file

_STATIC = {"pages.css": "text/css", "pages.js": "text/javascript"}
_ICON = "smena"
_INK, _INK_IN_THE_DARK = "#3f3f46", "#d4d4d8"


def build_app(context: Callable[[], Context], secret: str) -> Limits:
    """Return the application with its limits. `context` is called at the first request, `secret` signs the forms."""
    return Limits(fastapi_app(context, secret))


def fastapi_app(context: Callable[[], Context], secret: str) -> FastAPI:
    """Return the application without its outer layer `Limits`."""
    app = FastAPI(title="Smena", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.pages = Pages(context)
    app.state.csrf = FormTokens(secret)
    rooms = (
        today, integrations, completeness, documents, documents_marking, downloads, decisions_answers, decisions, links,
        quality, quarantine, month, cash, journal, certificates, settings, settings_accounts, settings_alerts,
        settings_organizations, settings_users,
    )  # fmt: skip
    for room in rooms:
        app.include_router(room.router)
    app.add_api_route("/", _front, methods=["GET"], response_model=None)
    # The page of a refusal by `Limits`; it needs no login, because `_refused_outside` raises first.
    app.add_api_route(
        RIGHTS_PATH, _check_rights, methods=["GET"], response_model=None, dependencies=[Depends(_refused_outside)]
    )
    app.add_api_route("/static/{name}", _static, methods=["GET"], response_model=None)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(CannotBe, _cannot_be)
    app.add_exception_handler(NotInSight, _not_in_sight)
    app.add_exception_handler(OnlyInPart, _only_in_part)
    app.add_exception_handler(SmenaError, _refusal_page)
    return app


def _front(request: Request, _who: Viewer) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/today")


def _refused_outside(request: Request) -> None:
    status = getattr(request.state, "refused", None)
    if status is not None:
        raise HTTPException(status)


def _check_rights(_who: BeforeBody) -> Response:
    return Response(status_code=204)


def _static(name: str, _who: Viewer) -> Response:
    icon = name.removesuffix(".svg").removesuffix("-dark")
    if name.endswith(".svg") and icon == _ICON:
        drawn = static_file(f"{_ICON}.svg").read_text(encoding="utf-8")
        ink = _INK_IN_THE_DARK if name.endswith("-dark.svg") else _INK
        return Response(drawn.replace("currentColor", ink), media_type="image/svg+xml")
    if name not in _STATIC:
        raise HTTPException(404)
    return FileResponse(static_file(name), media_type=_STATIC[name], headers={"Cache-Control": "private, max-age=300"})


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    known = {401: "log_in", 403: "no_right", 404: "not_found", 413: "too_large", 415: "not_a_form", 431: "too_large"}
    key = (
        detail
        if detail in ("no_right_to_act", "no_right_to_administer", "forged", "stale_form")
        else known.get(status, "not_understood")
    )
    return _refusal(request, status, key)


def _not_understood(request: Request, _error: Exception) -> Response:
    # The refusal does not repeat what was sent.
    return _refusal(request, HTTPStatus.BAD_REQUEST, "not_understood")


def _cannot_be(request: Request, error: Exception) -> Response:
    return _refusal(request, HTTPStatus.BAD_REQUEST, str(error))


def _not_in_sight(request: Request, _error: Exception) -> Response:
    return _refusal(request, HTTPStatus.NOT_FOUND, "not_found")


def _only_in_part(request: Request, _error: Exception) -> Response:
    return _refusal(request, HTTPStatus.FORBIDDEN, "only_in_part")


def _refusal(request: Request, status: int, key: str) -> Response:
    """Return the page of a refusal, with the text of a message of the context `page`."""
    return page(request, "refusal.html", status=status, key=key, fix="", is_said=True, answers=())


def _refusal_page(request: Request, error: Exception) -> Response:
    """Return the page of a SmenaError; the status is 502 if an outside system failed."""
    refused = refused_by(error)
    answers = error.answers if isinstance(error, AlreadyAnswered) else ()
    return page(
        request, "refusal.html", status=refused.status, key="", stored=refused.stored, fix=refused.fix,
        is_said=refused.is_said, answers=answers,
    )  # fmt: skip
