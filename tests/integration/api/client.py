"""A program at the API; the bearer token is the user's name. tests/e2e has Airflow's own tokens."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.testclient import TestClient
from httpx import Response
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from smena.runtime.context import Context
from smena.ui.api.app import fastapi_api
from smena.ui.api.limits import ApiLimits
from smena.ui.auth import Rights, rights

HOST = "http://desk.example"
PLACE = "/smena/api"


def mounted(app: ASGIApp) -> ASGIApp:
    """The application below PLACE, as Airflow mounts it.

    Starlette's own Mount does not match a path with a line break, so such a path would never reach the API.
    """

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{PLACE}/"):
            await app(dict(scope) | {"root_path": PLACE}, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("not the API", 404)(scope, receive, send)

    return handle


def app_of(context: Context, people: dict[str, Rights]) -> ASGIApp:
    """The API as Airflow mounts it; only `people` have tokens."""
    app = fastapi_api(lambda: context)

    def of_token(given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> Rights:
        if given.credentials not in people:
            # As Airflow does.
            raise HTTPException(403, "Invalid JWT token")
        return people[given.credentials]

    app.dependency_overrides[rights] = of_token
    return mounted(ApiLimits(app))


class Program:
    """A client of the API with one user's token. `name` None: it has none."""

    def __init__(self, context: Context, name: str | None, *, may_act: bool = True, may_look: bool = True) -> None:
        people = {name: Rights(name, may_look, may_act)} if name else {}
        headers = {"Authorization": f"Bearer {name}"} if name else {}
        self.client = TestClient(app_of(context, people), base_url=HOST, headers=headers, raise_server_exceptions=False)

    def get(self, path: str, **query: Any) -> Response:
        return self.client.get(f"{PLACE}/v1{path}", params={name.rstrip("_"): value for name, value in query.items()})

    def read(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, **body: Any) -> Response:
        return self.client.post(f"{PLACE}/v1{path}", json=body)

    def every(self, path: str, **query: Any) -> list[Any]:
        """All items of all pages."""
        items, after = [], ""
        while True:
            page = self.read(path, after=after, **query)
            items += page["items"]
            if not page["next"]:
                return items
            after = page["next"]


def schema_app(context: Context) -> FastAPI:
    return fastapi_api(lambda: context)
