"""Steps as spans of OpenTelemetry: children of the span of Airflow's task, in the process of the task.

Airflow sets the tracer of the process when `[traces] otel_on` is on. Otherwise a span here is one that records nothing.
Steps of several organisations run in threads, which begin without a current span; so the task's span is remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import context, trace
from opentelemetry.trace import Status, StatusCode

from smena.runtime.log import StepEnd, StepFinish, surround_steps

NAMED = ("inn", "product", "batch_id", "shard", "run_id")
"""The fields that go out as they are. Of the others only numbers do: a text may name a person or an address."""

NOT_WORK = {"failed", "quarter"}
"""Steps that only put a line into the log."""


_task: context.Context | None = None


def trace_steps() -> None:
    """Make the steps of this process spans under the span that is current now: Airflow's, of the task."""
    global _task
    _task = context.get_current()
    surround_steps(span_of_step)


@contextmanager
def span_of_step(step: str) -> Iterator[StepFinish]:
    """A span around a step. The function gets the end of the step, before the span ends."""
    if step in NOT_WORK:
        yield lambda _: None
        return
    tracer = trace.get_tracer("smena")
    parent = None if trace.get_current_span().get_span_context().is_valid else _task
    # An exception's message and traceback may contain data: the span has its class alone.
    with tracer.start_as_current_span(
        f"smena.{step}", context=parent, record_exception=False, set_status_on_exception=False
    ) as span:
        yield lambda ended: _finish(span, ended)


def attributes_of(ended: StepEnd) -> dict[str, str | int | float | bool]:
    """Return what a span says of a step: whose it is, and its counts (`smena.outcomes.issued`)."""
    return {f"smena.{name}": value for name, value in _values(ended.fields) if name != "error"}


def _values(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | int | float | bool]]:
    for key, value in fields.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _values(value, f"{name}.")
        elif isinstance(value, bool | int | float):
            yield name, value
        elif name in NAMED and value is not None:
            yield name, str(value)


def _finish(span: trace.Span, ended: StepEnd) -> None:
    span.set_attributes(attributes_of(ended))
    if ended.is_failed:
        error = str(ended.fields["error"])
        span.set_attribute("error.type", error)
        span.set_status(Status(StatusCode.ERROR, error))
