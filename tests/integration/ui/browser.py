"""A browser on Smena's pages; the test stands in for Airflow and says who is logged in. tests/e2e has the real one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from starlette.applications import Starlette
from starlette.routing import Mount

from smena.runtime.context import Context
from smena.ui.app import fastapi_app
from smena.ui.auth import Rights, rights
from smena.ui.limits import Limits
from smena.ui.runs import runs_of_airflow

HOST = "http://desk.example"
DAG = "ofd_z_reports"


def known_runs(run_ids: Iterable[str]) -> dict[str, str]:
    """Airflow knows every run."""
    return dict.fromkeys(run_ids, DAG)


class Browser:
    """One person's browser, with its cookies. `name` None: nobody is logged in."""

    def __init__(
        self,
        context: Context,
        name: str | None,
        *,
        may_act: bool = True,
        may_look: bool = True,
        may_administer: bool = False,
    ) -> None:
        app = fastapi_app(lambda: context, "a secret of the tests")
        if name is not None:
            app.dependency_overrides[rights] = lambda: Rights(name, may_look, may_act, may_administer)
        app.dependency_overrides[runs_of_airflow] = lambda: known_runs
        mounted = Starlette(routes=[Mount("/smena", Limits(app))])
        self.client = TestClient(mounted, base_url=HOST, follow_redirects=False)

    def get(self, path: str, **query: Any) -> Response:
        return self.client.get(f"/smena{path}", params=query or None)

    def page(self, path: str, **query: Any) -> str:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    def token(self, path: str = "/documents") -> str:
        """Of a form on a page."""
        found = re.search(r'name="token" value="([^"]*)"', self.page(path))
        return found[1] if found else ""

    def mark(self, inn: str, word: str, **form: Any) -> Response:
        """Accept, reject or take back: the form is sent, the question that comes back is confirmed."""
        asked = self.post(f"/documents/{inn}/mark", word=word, **form)
        found = re.search(r'name="confirmed" value="([0-9a-f]{32})"', asked.text)
        return self.post(f"/documents/{inn}/mark", word=word, confirmed=found[1], **form) if found else asked

    def post(
        self, path: str, *, token: str | None = None, files: Any = None, headers: Any = None, **form: Any
    ) -> Response:
        data = {"token": self.token() if token is None else token, **form}
        return self.client.post(f"/smena{path}", data=data, files=files, headers={"Origin": HOST} | (headers or {}))
