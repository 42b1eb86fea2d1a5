"""Errors of the API, as RFC 9457 problems (`application/problem+json`)."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from smena.model.errors import (
    AlreadyAnswered,
    BrokenPromise,
    PassingFault,
    RefusedByService,
    SmenaError,
    UnexpectedError,
    WrongUse,
)

MEDIA_TYPE = "application/problem+json"

NOT_AUTHENTICATED = "not_authenticated"
_OF_STATUS = {
    401: (NOT_AUTHENTICATED, "No valid token"),
    403: ("no_right", "The user has no right to this"),
    404: ("not_found", "Not found, or not visible to this user"),
    405: ("method_not_allowed", "The method is not allowed here"),
    413: ("too_large", "The body is too large"),
    422: ("not_valid", "The request is not valid"),
    431: ("too_large", "There are too many headers"),
}
_INVALID_TOKEN = "Invalid JWT token"  # noqa: S105 - Airflow's text for a token that it does not accept


class WrongField(BaseModel):
    """A part of a request that is not valid: where it is, and why. What was sent is not repeated."""

    place: list[str | int]
    reason: str


class EarlierAnswer(BaseModel):
    """An answer that was given before, by whom, when and why."""

    what: str
    name: str
    answer: str
    by: str
    at: datetime | None
    reason: str


class Problem(BaseModel):
    """A refused request (RFC 9457)."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    type: str = Field(
        description="A URN that identifies the kind of problem.", examples=["urn:smena:problem:not_found"]
    )
    title: str = Field(description="The kind of problem, in English.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(default="", description="What is wrong with this request, in English.")
    fix: str = Field(default="", description="What the caller can do.")
    fields: list[WrongField] = Field(default=[], description="Parts of the request that are not valid.")
    answers: list[EarlierAnswer] = Field(default=[], description="Answers that were given meanwhile.")


def problem(status: int, code: str, title: str, *, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """Return the response of a problem. `more` are the other fields of Problem."""
    body = Problem(type=f"urn:smena:problem:{code}", title=title, status=status, **more)
    wanted = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        wanted["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body.model_dump(mode="json"), status, wanted, media_type=MEDIA_TYPE)


def problem_of_status(status: int, *, headers: dict[str, str] | None = None, detail: str = "") -> Response:
    """Return the response of a problem that the status alone describes."""
    code, title = _OF_STATUS.get(status, ("refused", HTTPStatus(status).phrase))
    return problem(status, code, title, headers=headers, detail=detail)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a route for OpenAPI: these statuses, and those that every route has."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _OF_STATUS.get(status, ("", HTTPStatus(status).phrase))[1], "content": content}
        for status in sorted({401, 403, 422, 500, 503, *statuses})
    }


def refused(_request: Request, error: Exception) -> Response:
    """Handle an HTTPException."""
    if not isinstance(error, HTTPException):
        return problem_of_status(500)
    status = error.status_code
    if status == HTTPStatus.FORBIDDEN and error.detail == _INVALID_TOKEN:
        status = HTTPStatus.UNAUTHORIZED
    if status == HTTPStatus.BAD_REQUEST:
        # Starlette's words for a body that it cannot read.
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return problem_of_status(status, headers=dict(error.headers or {}))


def not_valid(_request: Request, error: Exception) -> Response:
    """Handle a request that does not fit the schema."""
    wrong = error.errors() if isinstance(error, RequestValidationError) else []
    fields = [WrongField(place=list(one["loc"]), reason=one["msg"]) for one in wrong[:20]]
    return problem(422, "not_valid", _OF_STATUS[422][1], fields=fields)


def not_in_sight(_request: Request, _error: Exception) -> Response:
    """Handle NotInSight: the response does not say whether the thing exists."""
    return problem_of_status(404)


def failed(_request: Request, error: Exception) -> Response:
    """Handle a SmenaError: 409 for a refusal by the books, 503 for a passing fault, 500 for a fault of ours."""
    if isinstance(error, AlreadyAnswered):
        answers = [
            EarlierAnswer(
                what=one.what, name=one.name, answer=one.answer, by=one.by, at=one.at, reason=one.said or one.reason
            )
            for one in error.answers
        ]
        return problem(409, "answered_already", "Answered already", detail=error.message, answers=answers)
    if isinstance(error, WrongUse):
        return problem(409, "refused", "The books refuse it", detail=error.message, fix=error.fix)
    if isinstance(error, PassingFault | RefusedByService):
        return problem(503, "try_again", "An outside system failed; try again", headers={"Retry-After": "5"})
    if isinstance(error, BrokenPromise | UnexpectedError | SmenaError):
        return problem(500, "fault", "A fault in Smena; it is in the log")
    return problem_of_status(500)
