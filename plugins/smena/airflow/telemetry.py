"""Metrics and logs of a running task, by Airflow's own means. Only tasks import this: it knows Airflow.

Nothing here holds up or breaks a load: where metrics are off, Airflow's client does nothing; where they are on, it
collects in the process and sends aside, once a minute and at the task's end, and logs what could not be sent.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import structlog
from airflow.sdk.observability import stats

from smena.airflow.metrics import Kind, Measure, of_standings, of_step
from smena.model.containing import contained
from smena.reads.standing import standings
from smena.runtime.context import Context
from smena.runtime.log import StepEnd, set_listener

logger = logging.getLogger("smena")


def listen_to_steps() -> None:
    """From now on, steps in this process are told to Airflow's log as keys and values, and to its metrics."""
    set_listener(_on_step_end)


def send_standings(context: Context) -> None:
    """Where every integration stands, to the metrics. A warehouse that cannot tell is named in the log."""
    try:
        _send(of_standings(standings(context.warehouse, context.now())))
    except Exception as error:  # noqa: BLE001 - what only tells of the work does not stop it
        logger.warning("standings not told: %s", contained(error, "standings"))


def _on_step_end(ended: StepEnd) -> None:
    log = structlog.get_logger("smena")
    (log.warning if ended.is_failed else log.info)(ended.step, **ended.fields)
    _send(of_step(ended))


def _send(measures: Iterable[Measure]) -> None:
    for one in measures:
        if one.metric.kind is Kind.COUNTER:
            stats.incr(one.metric.name, int(one.value), tags=dict(one.tags))
        else:
            stats.gauge(one.metric.name, one.value, tags=dict(one.tags))
