"""Preload heavy libraries in the processes that fork task workers; each Airflow process imports this module at start.

A short task takes seconds if it has to import pandas and Great Expectations first. The LocalExecutor forks its workers
from the scheduler, Celery from the worker's main process, so a module that the parent has imported is there in every
worker. Other Airflow processes do not need these libraries and start without them.
"""

from __future__ import annotations

import importlib
import logging
import sys

# Airflow takes every public name of this module as a setting; an empty `__all__` gives it none.
__all__: list[str] = []

_HEAVY = (
    "pandas",
    "psycopg2",
    "great_expectations",
    "airflow.providers.common.sql.hooks.sql",
    "airflow.providers.postgres.hooks.postgres",
    "airflow.providers.standard.decorators.python",
    "smena.airflow.connections",
    "smena.airflow.daily_load",
    "smena.airflow.telemetry",
    "smena.loading.run",
    "smena.planning.backfill",
    "smena.warehouse.engine",
)
# Of use only where somebody listens: each task that has to import them itself pays a second for it.
_LINEAGE = ("smena.airflow.lineage", "airflow.providers.openlineage.api", "openlineage.client.facet_v2")
_METRICS = ("opentelemetry.sdk.metrics", "opentelemetry.exporter.otlp.proto.http.metric_exporter")


def forks_workers(arguments: list[str]) -> bool:
    """Whether this is `airflow scheduler` or `airflow celery worker`."""
    return "scheduler" in arguments[1:2] or arguments[1:3] == ["celery", "worker"]


def _wanted() -> list[str]:
    from airflow.configuration import conf
    from airflow.providers.openlineage.conf import is_disabled

    return [
        *_HEAVY,
        *(() if is_disabled() else _LINEAGE),
        *(_METRICS if conf.getboolean("metrics", "otel_on") else ()),
    ]


def _preload() -> None:
    try:
        for name in _wanted():
            importlib.import_module(name)
        from smena.quality.expectations import prepare

        prepare()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a library must not keep the scheduler down
        # The scheduler works without it; a task that needs the library fails with its own error.
        logging.getLogger(__name__).warning("not all is preloaded: %s", error)


if forks_workers(sys.argv):
    _preload()
