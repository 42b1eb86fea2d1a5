"""Airflow's plugin: the pages, mounted under /smena, and the links to them.

Every process of Airflow imports this file at its start, so it imports almost nothing: the API server makes the
application at the first request.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

PREFIX = "/smena"


class LateApp:
    """An ASGI application that is made at the first request."""

    def __init__(self) -> None:
        self._app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        if self._app is None:
            self._app = _made()
        await self._app(scope, receive, send)


def _made() -> Any:
    from smena.airflow.connections import context_from_airflow
    from smena.ui.app import build_app

    return build_app(context_from_airflow, conf.get("api", "secret_key"))


def _views() -> list[dict[str, Any]]:
    base = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/") + PREFIX
    # One entry: the pages have a navigation of their own, with what waits, and it knows which of them is shown.
    pages = {
        "name": "Смена",
        "href": f"{base}/today",
        "destination": "nav",
        "url_route": "smena",
        "icon": f"{base}/static/smena.svg",
        "icon_dark_mode": f"{base}/static/smena-dark.svg",
        "nav_top_level": True,
    }
    of_dag = {"name": "Полнота", "href": f"{base}/completeness", "destination": "dag", "url_route": "smena-of-dag"}
    of_run = {
        "name": "Смены",
        "href": f"{base}/run?dag_id={{DAG_ID}}&run_id={{RUN_ID}}",
        "destination": "dag_run",
        "url_route": "smena-of-run",
    }
    return [pages, of_dag, of_run]


class SmenaPages(AirflowPlugin):
    """The pages of Smena in Airflow."""

    name = "smena_desk"
    fastapi_apps = [{"app": LateApp(), "url_prefix": PREFIX, "name": "Smena"}]  # noqa: RUF012 - Airflow's way
    external_views = _views()
