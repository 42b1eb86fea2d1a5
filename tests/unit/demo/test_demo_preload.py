"""Heavy libraries are imported once, by the processes whose workers are forked, and by no other."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from importlib import util
from types import ModuleType

import pytest

from demo.repository import REPOSITORY

CONFIG = REPOSITORY / "config"
AS_SCHEDULER = """
import sys, threading
sys.argv = ["airflow", "scheduler"]
import airflow_local_settings
from smena.quality import expectations
print("\\nmodules:", *sys.modules)
print("doors:", expectations._whole_frame.cache_info().currsize, "threads:", threading.active_count())
"""


@pytest.fixture
def settings() -> ModuleType:
    spec = util.spec_from_file_location("settings_of_airflow", CONFIG / "airflow_local_settings.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("command", "forks"),
    [
        ("airflow scheduler", True),
        ("airflow celery worker --queues default", True),
        ("airflow api-server --port 8080", False),
        ("airflow celery flower", False),
        ("airflow dags test scheduler", False),
        ("airflow", False),
    ],
)
def test_the_scheduler_and_the_worker_of_celery_fork_the_workers(
    settings: ModuleType, command: str, *, forks: bool
) -> None:
    assert settings.forks_workers(command.split()) is forks


@cache
def begun(**environment: str) -> list[str]:
    """What a scheduler in this environment prints before its first task; run once for each environment."""
    printed = subprocess.run(
        [sys.executable, "-c", AS_SCHEDULER],
        env={**os.environ, "PYTHONPATH": str(CONFIG), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "preloaded:" not in printed.stdout + printed.stderr
    return printed.stdout.splitlines()


def preloaded(**environment: str) -> set[str]:
    """The modules of a scheduler in this environment, before its first task."""
    (line,) = [line for line in begun(**environment) if line.startswith("modules: ")]
    return set(line.split())


def test_great_expectations_is_ready_for_its_first_frame_where_workers_are_forked_and_runs_no_thread() -> None:
    assert "doors: 1 threads: 1" in begun()


def test_the_scheduler_has_pandas_and_great_expectations_before_its_first_task() -> None:
    modules = preloaded()
    assert {"pandas", "great_expectations", "psycopg2", "smena.loading.process"} <= modules
    # Without a receiver of metrics and lineage nothing of them is imported.
    assert not {name for name in modules if name.startswith("openlineage")}


def test_the_scheduler_has_lineage_and_metrics_before_its_first_task_where_they_are_sent() -> None:
    transport = '{"type": "http", "url": "http://127.0.0.1:1"}'
    modules = preloaded(AIRFLOW__OPENLINEAGE__TRANSPORT=transport, AIRFLOW__METRICS__OTEL_ON="True")
    assert {"openlineage.client.facet_v2", "opentelemetry.sdk.metrics"} <= modules
