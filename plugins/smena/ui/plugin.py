"""Airflow's plugin: the pages, mounted under /smena, the links to them, and the JSON API under /smena/api.

Every process of Airflow imports this file at its start, so it imports almost nothing: the API server makes the
application at the first request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

PREFIX = "/smena"
API_PREFIX = f"{PREFIX}/api"


class LateApp:
    """An ASGI application that is made at the first request."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        if self._app is None:
            self._app = self._make()
        await self._app(scope, receive, send)


def _pages() -> Any:
    from smena.airflow.connections import context_from_airflow
    from smena.ui.app import build_app

    return build_app(context_from_airflow, conf.get("api", "secret_key"))


def _api() -> Any:
    from smena.airflow.connections import context_from_airflow
    from smena.ui.api.app import build_api

    return build_api(context_from_airflow)


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
    # The API comes first: Airflow mounts them in this order, and the pages take everything below their prefix.
    fastapi_apps = [  # noqa: RUF012 - Airflow's way
        {"app": LateApp(_api), "url_prefix": API_PREFIX, "name": "Smena API"},
        {"app": LateApp(_pages), "url_prefix": PREFIX, "name": "Smena"},
    ]
    external_views = _views()
