"""Every route of a running Airflow: of its API, its UI, FAB, the tasks' own API, and Smena's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.routing import APIRoute
from pydantic import TypeAdapter

# FAB's own web pages, which no OpenAPI document lists.
FLASK = [
    *("users/list/", "users/add", "users/show/1", "users/edit/1", "users/delete/1", "users/userinfo/"),
    *("users/api/read", "roles/list/", "roles/add", "roles/show/1", "roles/edit/1", "actions/list/"),
    *("permissions/list/", "resources/list/", "registeruser/list/", "user-stats/chart/", "resetpassword/form?pk=1"),
    *("userstatschartview/chart/", "login/", ""),
]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """One route of an application. `what`: api, ui, fab, tasks, pages, smena."""

    what: str
    method: str
    path: str
    body: Any = None
    query: tuple[str, ...] = ()

    def with_body(self, body: Any) -> Route:
        return replace(self, body=body)


@dataclass(frozen=True)
class Way:
    """A request that can be made. `form`: the body is sent as a form."""

    what: str
    method: str
    path: str
    body: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes() -> list[Route]:
    """Of the versions that are installed, as the server has them."""
    from airflow.api_fastapi.core_api.routes.public import public_router
    from airflow.api_fastapi.core_api.routes.ui import ui_router
    from airflow.api_fastapi.execution_api.routes import execution_api_router
    from airflow.providers.fab.auth_manager.api_fastapi.routes.router import auth_router, fab_router, register_routes

    from smena.ui.api.app import fastapi_api
    from smena.ui.app import fastapi_app

    register_routes()
    site = fastapi_app(lambda: None, "secret")  # type: ignore[arg-type,return-value]
    door = fastapi_api(lambda: None)  # type: ignore[arg-type,return-value]
    found = [
        *_of("api", "", public_router.routes),
        *_of("ui", "", ui_router.routes),
        *_of("tasks", "/execution", execution_api_router.routes),
        *_of("fab", "/auth", [*auth_router.routes, *fab_router.routes]),
        *_of("smena", "/smena/api", door.routes),
        *_of("smena", "/smena", site.routes),
        *(Route("pages", method, f"/auth/{page}", {}) for page, method in product(FLASK, ("GET", "POST"))),
        *(Route("pages", "GET", path) for path in ("/", "/dags", "/openapi.json", "/docs", "/pluginsv2/", "/static/")),
    ]
    return list({str(route): route for route in found}.values())


def ways(found: list[Route], names: Mapping[str, list[str]]) -> list[Way]:
    """Each route with each of the `names` of its parameters; those unknown are `1`."""
    made = []
    for route in found:
        inside = re.findall(r"\{(\w+)(?::path)?\}", route.path)
        asked = [name for name in route.query if name in names and name not in inside]
        for values in product(*(names.get(name, ["1"]) for name in inside + asked)):
            fields = dict(zip(inside + asked, values, strict=True))
            path = re.sub(
                r"\{(\w+)(?::path)?\}", lambda place, fields=fields: quote(fields[place[1]], safe=""), route.path
            )
            query = urlencode({name: fields[name] for name in asked})
            made.append(Way(route.what, route.method, f"{path}?{query}" if query else path, route.body))
            if route.method == "GET" and route.what == "api" and not inside:
                made.append(Way(route.what, route.method, f"{path}?limit=1000", route.body))
    once = {f"{way} {way.body}": way for way in made}
    return sorted(once.values(), key=lambda way: (way.method != "GET", way.method == "DELETE", str(way)))


def sample(schema: Mapping[str, Any], defs: Mapping[str, Any], depth: int = 0) -> Any:
    """A plausible value of a JSON schema: what is required, and the first of what may be."""
    if "$ref" in schema:
        return sample(defs[schema["$ref"].rpartition("/")[2]], defs, depth)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return sample(schema[key][0], defs, depth)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        needed = schema.get("required", []) if depth < 4 else []
        return {name: sample(schema["properties"][name], defs, depth + 1) for name in needed}
    if kind == "array":
        return [sample(schema.get("items", {}), defs, depth + 1)] if depth < 4 else []
    if schema.get("format") == "date-time":
        return "2026-01-01T00:00:00Z"
    return {"integer": 1, "number": 1, "boolean": True, "string": "one"}.get(str(kind), {})


def _of(what: str, prefix: str, listed: list[Any]) -> Iterator[Route]:
    pending = list(listed)
    while pending:
        route = pending.pop(0)
        if isinstance(route, APIRoute):
            query = tuple(sorted(one.alias for one in route.dependant.query_params))
            if what == "smena":
                # Some pages read the query themselves, and declare nothing of it.
                query = tuple(sorted({*query, "inn"}))
            for method in sorted(route.methods & set(METHODS)):
                yield Route(what, method, prefix + route.path, _body(route) if method != "GET" else None, query)
        else:
            pending += getattr(getattr(route, "original_router", None), "routes", [])


def _body(route: APIRoute) -> Any:
    field = route.body_field
    if field is None or route.path.startswith("/smena"):
        return {}
    try:
        schema = TypeAdapter(field.field_info.annotation).json_schema()
    except Exception:  # noqa: BLE001 - forms and files have no schema
        return {}
    return sample(schema, schema.get("$defs", {}))
