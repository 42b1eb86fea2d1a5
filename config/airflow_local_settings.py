"""What Airflow imports in every process of its own at the start; `config/` is on the path of each of them.

A task of a few lines costs seconds where it has to import pandas and Great Expectations first. The workers of the
LocalExecutor are forked from the scheduler, those of Celery from the worker's main process: what that process has
imported once, all of them have. Other processes have no use for it and start without.
"""

from __future__ import annotations

import importlib
import logging
import sys

# Airflow takes every public name of this module for a setting: it is told that there are none.
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
        # A task that needs it will say so; the scheduler is of use without.
        logging.getLogger(__name__).warning("not all is preloaded: %s", error)


if forks_workers(sys.argv):
    _preload()
