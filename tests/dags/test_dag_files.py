"""DAG files are thin: each imports quickly, imports no heavy library, and names its owner and its purpose."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from smena.airflow.roles import DAGS, PAGES_DAG
from tests.invented import ROMASHKA

REPOSITORY = Path(__file__).parents[2]
FILES = sorted((REPOSITORY / "dags").glob("*.py"))

# Imports what every DAG file needs of Airflow; then each file in a child of its own, so that none finds what another
# has imported. A child prints how long its file took, what it imported and what it made.
LOOK = """
import importlib.util, json, os, sys, time
import pendulum
from airflow.sdk import *
made = []
DAG.__init__ = (lambda init: lambda self, *a, **k: (init(self, *a, **k), made.append(self))[0])(DAG.__init__)

def look(file):
    before = set(sys.modules)
    started = time.process_time()
    spec = importlib.util.spec_from_file_location("looked_at", file)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    seconds = time.process_time() - started
    return {
        "file": file,
        "seconds": seconds,
        "modules": sorted(set(sys.modules) - before),
        "dags": [
            {
                "dag_id": dag.dag_id, "tags": sorted(dag.tags), "doc": dag.doc_md or "",
                "display": dag.dag_display_name,
                "owners": sorted({task.owner for task in dag.tasks}), "tasks": [task.task_id for task in dag.tasks],
                "timetable": type(dag.timetable).__name__,
                "timeouts": [task.execution_timeout is not None for task in dag.tasks],
                "params": {
                    name: dag.params.get_param(name).schema | {"has_default": dag.params.get_param(name).has_value}
                    for name in dag.params
                },
            }
            for dag in made
        ],
    }

for file in sys.argv[1:]:
    child = os.fork()
    if not child:
        print("looked:" + json.dumps(look(file)), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(file)
"""


@cache
def _looks() -> dict[str, dict[str, Any]]:
    environment = {
        **os.environ, "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_HOME": "/tmp/smena-dag-test",  # noqa: S108 - never written to
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *map(str, FILES)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = [
        json.loads(line.removeprefix("looked:")) for line in done.stdout.splitlines() if line.startswith("looked:")
    ]
    return {one["file"]: one for one in found}


def look(file: Path) -> dict[str, Any]:
    """What the file is when it is imported by a process that has imported Airflow and no other DAG file."""
    return _looks()[str(file)]


def test_there_are_dag_files() -> None:
    assert len(FILES) >= 5


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_imports_in_less_than_a_third_of_a_second(file: Path) -> None:
    assert look(file)["seconds"] < 0.3


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_imports_no_heavy_library(file: Path) -> None:
    heavy = {"pandas", "numpy", "great_expectations", "pyarrow", "sqlalchemy.orm", "psycopg2", "requests", "msgspec"}
    assert (
        heavy & {name.partition(".")[0] if name != "sqlalchemy.orm" else name for name in look(file)["modules"]}
        == set()
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_has_the_name_of_its_file_tags_an_owner_and_a_text(file: Path) -> None:
    (dag,) = look(file)["dags"]
    assert dag["dag_id"] == file.stem
    assert "smena" in dag["tags"]
    assert dag["owners"] == ["smena"]
    assert dag["doc"].startswith("###")
    assert all(f"`{task}`" in dag["doc"] for task in dag["tasks"])
    assert all(dag["timeouts"])


def test_each_dag_is_listed_under_a_russian_name_of_its_own() -> None:
    names = [dag["display"] for file in FILES for dag in look(file)["dags"]]
    assert len(set(names)) == len(FILES)
    assert [name for name in names if not re.match("[А-ЯZ]", name) or not re.search("[а-я]{4}", name)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_is_thin(file: Path) -> None:
    assert len(file.read_text().splitlines()) < 130


@pytest.mark.parametrize("name", ["ofd_z_reports", "reconciliation", "alerts"])
def test_a_daily_dag_has_data_intervals(name: str) -> None:
    (dag,) = look(REPOSITORY / "dags" / f"{name}.py")["dags"]
    assert dag["timetable"] == "CronDataIntervalTimetable"


def test_the_form_of_the_backfill_allows_only_possible_values() -> None:
    (dag,) = look(REPOSITORY / "dags" / "integration_backfill.py")["dags"]
    params = dag["params"]
    assert list(params) == ["inn", "product", "from", "to", "dry_run"]
    assert all(one["title"] for one in params.values())
    assert not params["inn"]["has_default"]
    assert re.fullmatch(params["inn"]["pattern"], ROMASHKA)
    assert not re.fullmatch(params["inn"]["pattern"], "96070838931")
    assert params["product"]["enum"] == ["ofd", "market"]
    assert [params[name]["format"] for name in ("from", "to")] == ["date", "date"]
    assert params["dry_run"]["type"] == "boolean"


def test_the_engineers_role_is_for_these_dags_and_no_file_has_the_dag_of_the_pages() -> None:
    assert set(DAGS) == {file.stem for file in FILES}
    assert PAGES_DAG not in DAGS


@pytest.mark.parametrize("name", ["ofd_today", "market_today"])
@pytest.mark.parametrize(("value", "timetable"), [("hourly", "CronDataIntervalTimetable"), ("daily", "NullTimetable")])
def test_a_load_of_today_is_scheduled_only_where_the_setting_says_hourly(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, timetable: str
) -> None:
    monkeypatch.setenv("SMENA_SAME_DAY", value)
    _looks.cache_clear()
    try:
        (dag,) = look(REPOSITORY / "dags" / f"{name}.py")["dags"]
    finally:
        _looks.cache_clear()
    assert dag["timetable"] == timetable
    assert dag["tasks"] == ["plan", "load", "publish", "report"]
