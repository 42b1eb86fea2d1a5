"""A real load sends its metrics and traces to a real collector, and what it read and wrote to a lineage server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from demo.ports import HOST
from sandbox import DEFAULT_API_KEY, DEFAULT_LOGIN, DEFAULT_PASSWORD
from smena.airflow.metrics import METRICS, Kind
from tests.e2e.conftest import RUNS, Office

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(400)]

DAG = "ofd_z_reports"


def wait(until: Callable[[], Any], what: str, timeout_s: float = 60) -> None:
    ends_at = time.monotonic() + timeout_s
    while not until():
        assert time.monotonic() < ends_at, what
        time.sleep(0.3)


@pytest.fixture(scope="module")
def loaded(office: Office) -> Office:
    """A run has ended, and its last metrics and events have come."""
    office.client.wait_dag(DAG)
    office.client.unpause(DAG)
    office.client.wait_runs(DAG, RUNS, timeout_s=240)
    before = office.telemetry.counted("airflow.ti.finish", dag_id=DAG, task_id="report")
    run_id = office.client.trigger(DAG)["dag_run_id"]
    office.client.wait_run(DAG, run_id)
    wait(lambda: office.telemetry.counted("airflow.ti.finish", dag_id=DAG, task_id="report") > before, "no metrics")
    wait(lambda: [one for one in job_events(office, "report") if one["eventType"] == "COMPLETE"], "no lineage")
    # The health of registers goes out with the alerts of the day.
    office.client.unpause("alerts")
    office.client.trigger("alerts")
    wait(lambda: [name for name, _ in office.telemetry.gauges if name == "airflow.smena.registers"], "no registers")
    return office


def job_events(office: Office, task: str) -> list[dict[str, Any]]:
    return [one for one in office.telemetry.events if one["job"]["name"] == f"{DAG}.{task}"]


def datasets(events: list[dict[str, Any]], side: str) -> dict[str, dict[str, Any]]:
    """By name: the datasets of one side, as the last event has them."""
    return {one["name"]: one for event in events for one in event[side]}


def test_shifts_by_outcome_are_those_of_the_books_however_often_a_batch_is_reported(loaded: Office) -> None:
    reported: Counter[str] = Counter()
    for (name, tags), shifts in list(loaded.telemetry.counters.items()):
        if name == "airflow.smena.shifts":
            reported[dict(tags)["outcome"]] += int(shifts)
    ((sums,),) = loaded.town.sql(
        "select jsonb_object_agg(outcome, shifts) from (select key as outcome, sum(value::int) as shifts"
        " from control.batch, jsonb_each_text(summary -> 'outcomes') group by key) as counted"
    )
    assert reported == Counter(sums)
    assert reported["issued"] > 100


def test_requests_and_seconds_of_each_step_are_counted_by_organisation(loaded: Office) -> None:
    for inn in loaded.town.inns:
        for step in ("plan", "extract", "process", "publish"):
            assert (
                loaded.telemetry.counted("airflow.smena.steps", inn=inn, step=step, ended="ok", product="ofd") >= RUNS
            )
            assert loaded.telemetry.counted("airflow.smena.step.milliseconds", inn=inn, step=step) > 0
        assert loaded.telemetry.counted("airflow.smena.requests", inn=inn) > 10
    names = {name for name, _ in [*loaded.telemetry.counters, *loaded.telemetry.gauges] if "smena" in name}
    assert names == {f"airflow.{metric.name}" for metric in METRICS}


def test_the_gauges_say_that_yesterday_is_covered(loaded: Office) -> None:
    for inn in loaded.town.inns:
        whose = (("inn", inn), ("product", "ofd"))
        assert loaded.telemetry.gauges["airflow.smena.lag.days", whose] == 0
        assert loaded.telemetry.gauges["airflow.smena.coverage.share", whose] == 1
        (until,) = loaded.town.sql(
            "select extract(epoch from (max(day) + 1)::timestamp at time zone 'Europe/Moscow') from control.covered_day"
            " where organization_inn = %s", inn,
        )[0]  # fmt: skip
        assert loaded.telemetry.gauges["airflow.smena.covered.until", whose] == float(until)


def test_no_metric_has_a_tag_that_it_does_not_name(loaded: Office) -> None:
    for metric in METRICS:
        reported = loaded.telemetry.counters if metric.kind is Kind.COUNTER else loaded.telemetry.gauges
        found = {frozenset(dict(tags)) for name, tags in list(reported) if name == f"airflow.{metric.name}"}
        assert found == {frozenset(metric.tags)}, metric.name


def test_loading_reads_kontur_and_writes_evidence(loaded: Office) -> None:
    events = job_events(loaded, "load")
    assert {event["job"]["namespace"] for event in events} == {"smena"}
    read, written = datasets(events, "inputs"), datasets(events, "outputs")
    assert {one["namespace"] for one in read.values()} == {loaded.town.sandbox.address}
    assert set(read) == {"ofd/z-reports", "ofd/totals-by-shift"}
    (page,) = written.values()
    assert page["name"].endswith(".raw.page")
    assert page["namespace"].startswith(f"postgres://{HOST}:") or page["namespace"].startswith("postgres://localhost:")


def test_publishing_reads_evidence_and_writes_accounting_with_days_and_rows(loaded: Office) -> None:
    events = job_events(loaded, "publish")
    (page,) = datasets(events, "inputs").values()
    assert page["name"].endswith(".raw.page")
    first = next(event for event in events if event["outputs"])
    written = {one["name"].partition(".")[2]: one for one in first["outputs"]}
    assert set(written) == {"accounting.shift", "accounting.cash_order"}
    assert written["accounting.shift"]["outputFacets"]["outputStatistics"]["rowCount"] > 100
    parts = written["accounting.shift"]["outputFacets"]["subset"]["outputCondition"]["partitions"]
    assert {part["dimensions"]["inn"] for part in parts} == set(loaded.town.inns)
    assert loaded.first_day.isoformat() in {part["dimensions"]["first_day"] for part in parts}


def test_what_a_task_wrote_belongs_to_the_run_that_airflow_reports(loaded: Office) -> None:
    by_run: dict[str, set[str]] = {}
    for event in job_events(loaded, "publish"):
        by_run.setdefault(event["run"]["runId"], set()).add(event["eventType"])
    found = [types for types in by_run.values() if "RUNNING" in types]
    assert len(found) > RUNS
    assert all({"START", "COMPLETE"} <= types for types in found)
    assert {event["path"] for event in loaded.telemetry.events} == {"/api/v1/lineage"}


def test_the_steps_of_a_run_are_spans_of_one_trace_under_the_spans_of_its_tasks(loaded: Office) -> None:
    steps = {"plan": "plan", "extract": "load", "process": "load", "publish": "publish"}
    spans = list(loaded.telemetry.spans)
    tasks = {one.span_id: one for one in spans if one.fields.get("airflow.dag_id") == DAG}
    # A task that ended has sent its span. One that another test killed never does, and its steps are left out.
    found = [one for one in spans if one.name in {f"smena.{step}" for step in steps} and one.parent_id in tasks]
    by_trace: dict[bytes, set[str]] = {}
    for step in found:
        task = tasks[step.parent_id]
        assert task.name.startswith(f"worker.{steps[step.name.removeprefix('smena.')]}")
        assert task.trace_id == step.trace_id
        by_trace.setdefault(step.trace_id, set()).add(step.name)
    assert {f"smena.{step}" for step in steps} in by_trace.values()
    assert len(by_trace) > RUNS
    published = [one for one in found if one.name == "smena.publish"]
    assert {one.fields["smena.inn"] for one in published} == set(loaded.town.inns)
    assert sum(int(one.fields.get("smena.outcomes.issued", 0)) for one in published) > 100
    # Other tests refuse a login or break an answer: what failed says how, and that alone.
    assert all("error.type" in one.fields for one in found if one.has_failed)


def test_the_log_of_a_task_has_the_summary_of_a_step_as_keys_and_values(loaded: Office) -> None:
    run_id = loaded.client.runs(DAG)[0]["dag_run_id"]
    answer = loaded.client.ask(
        "GET", f"/dags/{DAG}/dagRuns/{run_id}/taskInstances/publish/logs/1", params={"full_content": True}
    )
    steps = [line for line in answer["content"] if line.get("event") == "publish"]
    assert {step["inn"] for step in steps} == set(loaded.town.inns)
    assert all(step["outcomes"]["issued"] > 0 and step["seconds"] > 0 for step in steps)


def test_no_secret_goes_out(loaded: Office) -> None:
    warehouse = loaded.town.warehouse.dsn.partition("://")[2].partition("@")[0].partition(":")[2]
    words = [DEFAULT_API_KEY, DEFAULT_PASSWORD, DEFAULT_LOGIN, loaded.airflow.passwords["admin"], warehouse]
    assert len(loaded.telemetry.bodies) > 50
    for word in filter(None, words):
        assert not [body for body in loaded.telemetry.bodies if word.encode() in body], word
