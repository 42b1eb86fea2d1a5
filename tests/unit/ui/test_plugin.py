"""What Airflow loads in each of its processes: no module but the plugin; and where the pages are."""

from __future__ import annotations

import json
import os
import subprocess
import sys

LOOK = """
import json, sys
import airflow.plugins_manager, airflow.configuration
before = set(sys.modules)
import smena.ui.plugin as smena_desk
print(json.dumps({
    "modules": sorted(set(sys.modules) - before),
    "prefixes": [one["url_prefix"] for one in smena_desk.SmenaPages.fastapi_apps],
    "views": smena_desk.SmenaPages.external_views,
}))
"""


def look() -> dict[str, object]:
    environment = {**os.environ, "AIRFLOW_HOME": "/tmp/smena-plugin-test",  # noqa: S108 - never written to
                   "AIRFLOW__API__BASE_URL": "https://company.example/airflow"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", LOOK], env=environment, capture_output=True, text=True, check=True)
    output: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return output


def test_the_plugin_imports_no_other_module_and_is_below_airflows_own_path() -> None:
    reported = look()
    assert reported["modules"] == ["smena.ui", "smena.ui.plugin"]
    assert reported["prefixes"] == ["/smena/api", "/smena"]
    views = reported["views"]
    assert isinstance(views, list)
    assert {view["destination"] for view in views} == {"nav", "dag", "dag_run"}
    assert all(view["href"].startswith("/airflow/smena/") for view in views)
    assert len({view["url_route"] for view in views}) == len(views)
    (of_run,) = [view for view in views if view["destination"] == "dag_run"]
    assert "{DAG_ID}" in of_run["href"]
    assert "{RUN_ID}" in of_run["href"]


def test_airflows_navigation_has_one_entry_for_all_pages() -> None:
    views = look()["views"]
    assert isinstance(views, list)
    (pages,) = [view for view in views if view["destination"] == "nav"]
    assert (pages["name"], pages["href"], pages["url_route"]) == ("Смена", "/airflow/smena/today", "smena")
