"""The JSON API as an ASGI application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from smena.model.errors import SmenaError
from smena.runtime.context import Context
from smena.ui.api import decisions, documents, events, problems, shifts, standing
from smena.ui.api.auth import Reader
from smena.ui.api.limits import ApiLimits
from smena.ui.pages import NotInSight, Pages

VERSION = "1.0"
"""Of the API: a new field raises the second number. What breaks a client gets another path, `/v2`."""

PREFIX = "/v1"


def build_api(context: Callable[[], Context]) -> ApiLimits:
    """Return the API with its limits. `context` is called at the first request."""
    return ApiLimits(fastapi_api(context))


def fastapi_api(context: Callable[[], Context]) -> FastAPI:
    """Return the API without its outer layer `ApiLimits`."""
    app = FastAPI(
        title="Smena",
        version=VERSION,
        summary="Documents, shifts, decisions, standing and events of the accounting warehouse.",
        servers=[{"url": "/smena/api"}],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        root_path_in_servers=False,
    )
    app.state.pages = Pages(context)
    for room in (documents, shifts, decisions, standing, events):
        app.include_router(room.router, prefix=PREFIX)
    app.add_api_route(f"{PREFIX}/openapi.json", _schema(app), methods=["GET"], include_in_schema=False)
    app.add_exception_handler(HTTPException, problems.refused)
    app.add_exception_handler(RequestValidationError, problems.not_valid)
    app.add_exception_handler(NotInSight, problems.not_in_sight)
    app.add_exception_handler(SmenaError, problems.failed)
    app.openapi = lambda: schema_of(app)  # type: ignore[method-assign]
    return app


def _schema(app: FastAPI) -> Callable[..., dict[str, Any]]:
    def schema(_who: Reader) -> dict[str, Any]:
        """Return the description of the API (OpenAPI)."""
        return schema_of(app)

    return schema


def schema_of(app: FastAPI) -> dict[str, Any]:
    """Return the description of the API (OpenAPI), with the schema of problems in place of FastAPI's own errors."""
    if app.openapi_schema is None:
        made = FastAPI.openapi(app)
        schemas = made["components"]["schemas"]
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schemas.update(problem.pop("$defs", {}))
        schemas["Problem"] = problem
        for way in made["paths"].values():
            for operation in way.values():
                for parameter in operation.get("parameters", ()):
                    _without_null(parameter["schema"])
        app.openapi_schema = made
    return app.openapi_schema


def _without_null(schema: dict[str, Any]) -> None:
    """Take null out of a parameter's schema: an address has no null, a parameter is left out instead."""
    kinds = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema.update(kinds[0])
