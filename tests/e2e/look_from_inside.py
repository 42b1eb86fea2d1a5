"""Prints what Airflow knows of Smena as one line of JSON. Run by the Python of the fresh environment.

Commands of Airflow are run by its own parser in this one process: each in a process of its own would take seconds more.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stdout
from typing import Any


def airflow(*words: str) -> str:
    """What an Airflow command prints."""
    from airflow.cli import cli_parser

    reported = io.StringIO()
    arguments = cli_parser.get_parser().parse_args(list(words))
    with redirect_stdout(reported):
        arguments.func(arguments)
    return reported.getvalue()


def rows(*words: str) -> list[dict[str, Any]]:
    """What an Airflow command lists; logs may come before it."""
    reported = airflow(*words, "--output", "json")
    found: list[dict[str, Any]] = json.loads(reported[reported.index("[{") :])
    return found


def of_server() -> dict[str, Any]:
    """Smena's pages, the forms of the connection types, and the button that tests a connection."""
    from airflow.api_fastapi.app import create_app
    from starlette.testclient import TestClient

    kontur = json.loads(os.environ["KONTUR"])
    with TestClient(create_app()) as client:
        refused = client.get("/smena/completeness").status_code
        login = {"username": "admin", "password": os.environ["PASSWORD_OF_ADMIN"]}
        token = client.post("/auth/token", json=login).json()["access_token"]
        client.cookies.set("_token", token)
        client.headers["Authorization"] = f"Bearer {token}"
        pages = {name: client.get(f"/smena/{name}").text for name in ("completeness", "static/pages.css")}
        forms = {one["connection_type"]: one for one in client.get("/ui/connections/hook_meta").json()}
        tested = [
            client.post("/api/v2/connections/test", json={"connection_id": "kontur", **fields}).json()
            for fields in kontur
        ]
    return {
        "refused": refused,
        "pages": pages,
        "forms": {name: forms[name] for name in forms if name.startswith("kontur_")},
        "tested": tested,
    }


def main() -> None:
    import smena

    airflow("db", "migrate")
    airflow("dags", "reserialize")
    dags = rows("dags", "list")
    plugins = rows("plugins")
    providers = rows("providers", "list")
    from airflow.plugins_manager import get_import_errors

    fields = {
        "smena": smena.__file__,
        "path": sys.path,
        "plugins": {plugin["name"]: plugin["source"] for plugin in plugins},
        "plugin_errors": get_import_errors(),
        "providers": {provider["package_name"]: provider["version"] for provider in providers},
        "settings": airflow("config", "list", "--section", "smena", "--include-descriptions"),
        "borne": airflow("config", "get-value", "smena", "alert_quarantine"),
        "dags": {dag["dag_id"]: dag["fileloc"] for dag in dags},
        **of_server(),
    }
    print("\n" + json.dumps(fields))


if __name__ == "__main__":
    main()
