"""Steps of a load are spans: whose they are, how much they did, how they ended, and nothing that names a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD
from smena.airflow.tracing import attributes_of, span_of_step, trace_steps
from smena.loading.run import load_shards, plan_run, publish_batches
from smena.runtime.log import StepEnd, step_log, surround_steps
from tests.town import EASY, FIRST, Town

TWO = replace(EASY, organizations=2, registers_per_organization=1, last_day=FIRST + timedelta(days=1))
NOW = datetime(2025, 12, 4, 12)


class Traced:
    """The spans that ended, and the tracer that a task's own span comes from."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    def spans(self, name: str = "") -> list[ReadableSpan]:
        return [span for span in self._exporter.get_finished_spans() if name in ("", span.name)]

    def fields(self, name: str) -> list[dict[str, Any]]:
        return [dict(span.attributes or {}) for span in self.spans(name)]


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> Iterator[Traced]:
    """As in a task of Airflow whose traces are on."""
    traced = Traced()
    monkeypatch.setattr(trace, "get_tracer", traced.provider.get_tracer)
    before = surround_steps(None)
    trace_steps()
    yield traced
    surround_steps(before)


def test_each_step_of_a_load_is_a_span_under_the_span_of_its_task(
    build_town: Callable[..., Town], traced: Traced
) -> None:
    town = build_town(TWO, now=NOW)
    with traced.provider.get_tracer("airflow").start_as_current_span("worker.load") as task:
        trace_steps()
        made = plan_run(town.context, run_id="test")
        for shards in made["task_groups"]:
            load_shards(town.context, shards)
        publish_batches(town.context, made["batches"])
    steps = [span for span in traced.spans() if span.name.startswith("smena.")]
    assert {span.name for span in steps} == {f"smena.{step}" for step in ("plan", "extract", "process", "publish")}
    assert {span.context.trace_id for span in steps} == {task.get_span_context().trace_id}
    assert {span.parent and span.parent.span_id for span in steps} == {task.get_span_context().span_id}
    assert {span.status.status_code for span in steps} == {StatusCode.UNSET}
    for step in ("plan", "extract", "process", "publish"):
        fields = traced.fields(f"smena.{step}")
        assert {one["smena.inn"] for one in fields} == set(town.inns)
        assert {one["smena.product"] for one in fields} == {"ofd"}
        assert all(one["smena.seconds"] >= 0 and one["smena.batch_id"] > 0 for one in fields)
    assert sum(one["smena.outcomes.issued"] for one in traced.fields("smena.publish")) == town.outcomes()["issued"]
    assert all(one["smena.requests"] > 0 for one in traced.fields("smena.extract"))
    sent = "".join(span.to_json() for span in traced.spans())
    with town.warehouse.transaction() as transaction:
        names = [row["name"] for row in transaction.rows("organizations", inn=None)]
    assert len(names) == len(town.inns)
    for word in (*names, DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD, town.sandbox.address):
        assert word not in sent


def test_a_step_that_failed_says_the_class_of_its_error_and_not_the_message(traced: Traced) -> None:
    with pytest.raises(ValueError, match="of Ivanov"), step_log("publish", batch_id=3):
        raise ValueError("the passport of Ivanov")
    (span,) = traced.spans()
    assert (span.name, span.status.status_code, span.status.description) == (
        "smena.publish", StatusCode.ERROR, "ValueError"
    )  # fmt: skip
    assert dict(span.attributes or {})["error.type"] == "ValueError"
    assert "Ivanov" not in span.to_json()


def test_a_step_inside_a_step_is_its_child(traced: Traced) -> None:
    with step_log("publish"), step_log("compare"):
        pass
    child, parent = traced.spans()
    assert (child.name, parent.name) == ("smena.compare", "smena.publish")
    assert child.parent == parent.context


def test_a_line_of_the_log_that_is_no_work_is_no_span(traced: Traced) -> None:
    with step_log("failed", what="batch 3", why="the address of a person"):
        pass
    assert traced.spans() == []


def test_of_texts_only_those_that_name_the_work_go_out() -> None:
    ended = StepEnd(
        "publish",
        {
            "inn": "9607083893", "batch_id": 3, "seconds": 1.5, "failed_after": "of Ivanov", "published_before": True,
            "outcomes": {"issued": 8}, "rejects": None, "window": FIRST,
        },
    )  # fmt: skip
    assert attributes_of(ended) == {
        "smena.inn": "9607083893", "smena.batch_id": 3, "smena.seconds": 1.5, "smena.published_before": True,
        "smena.outcomes.issued": 8,
    }  # fmt: skip


def test_without_a_tracer_of_airflow_nothing_is_recorded() -> None:
    before = surround_steps(span_of_step)
    try:
        with step_log("publish", batch_id=3):
            assert not trace.get_current_span().is_recording()
    finally:
        surround_steps(before)
