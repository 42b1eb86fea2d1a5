"""Metrics, logs and traces of a running task, sent by Airflow. Only tasks import this: it imports Airflow.

Nothing here delays or fails a load. `smena.runtime.log` catches the exceptions of the listener. If metrics are off,
Airflow's client does nothing; if traces are off, a span records nothing. If its OpenTelemetry back end is on, the
client collects metrics in the process, sends them in the background once per minute by default and at the task's end,
and logs errors.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import structlog
from airflow.sdk.observability import stats

from smena.airflow.metrics import Kind, Measure, of_signs, of_standings, of_step
from smena.airflow.tracing import trace_steps
from smena.model.unexpected import contained
from smena.reads.registers import signs_by_organization
from smena.reads.standing import standings
from smena.runtime.context import Context
from smena.runtime.log import StepEnd, set_listener

logger = logging.getLogger("smena")


def listen_to_steps() -> None:
    """Make this process report steps to Airflow's log, as keys and values, to its metrics, and as spans."""
    set_listener(_on_step_end)
    trace_steps()


def send_standings(context: Context) -> None:
    """Send the state of every integration as metrics. An error goes only into the log."""
    try:
        _send(of_standings(standings(context.warehouse, context.now())))
    except Exception as error:  # noqa: BLE001 - what only tells of the work does not stop it
        logger.warning("standings not sent: %s", contained(error, "standings"))


def send_register_signs(context: Context) -> None:
    """Send the health of registers of every organisation as metrics. An error goes only into the log."""
    try:
        _send(of_signs(signs_by_organization(context.warehouse, context.now())))
    except Exception as error:  # noqa: BLE001 - what only tells of the work does not stop it
        logger.warning("signs of registers not sent: %s", contained(error, "signs of registers"))


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
