"""Steps and the states of integrations as metrics."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from smena.airflow.metrics import METRICS, STEPS, Kind, Measure, of_signs, of_standings, of_step
from smena.reads.registers import SIGNS as REGISTER_SIGNS
from smena.reads.standing import Standing
from smena.runtime.log import StepEnd
from tests.invented import ROMASHKA

INN = ROMASHKA
PUBLISHED = {
    "batch_id": 7, "inn": INN, "product": "ofd", "new": 9, "rejects": 0, "covered_days": 2, "seconds": 1.25,
    "outcomes": {"issued": 8, "no_cash": 1},
}  # fmt: skip


def values_of(measures: Any) -> list[tuple[str, int | float, dict[str, str]]]:
    return [(one.metric.name, one.value, dict(one.tags)) for one in measures]


def test_a_published_batch_counts_its_step_its_time_and_its_shifts_by_outcome() -> None:
    whose = {"inn": INN, "product": "ofd"}
    assert values_of(of_step(StepEnd("publish", PUBLISHED))) == [
        ("smena.steps", 1, whose | {"step": "publish", "ended": "ok"}),
        ("smena.step.milliseconds", 1250, whose | {"step": "publish"}),
        ("smena.shifts", 8, whose | {"outcome": "issued"}),
        ("smena.shifts", 1, whose | {"outcome": "no_cash"}),
    ]


def test_an_extract_that_failed_counts_the_requests_it_sent_all_the_same() -> None:
    ended = StepEnd(
        "extract",
        {"inn": INN, "product": "market", "requests": 12, "retries": 4, "seconds": 2, "error": "RefusedLogin"},
    )
    values = {name: (value, tags) for name, value, tags in values_of(of_step(ended))}
    assert values["smena.steps"][1]["ended"] == "failed"
    assert values["smena.requests"] == (12, {"inn": INN, "product": "market"})
    assert values["smena.retries"][0] == 4


def test_a_step_that_failed_before_it_knew_its_organisation_counts_without_one() -> None:
    ended = StepEnd("extract", {"batch_id": 7, "shard": 0, "seconds": 0.1, "error": "WrongUse"})
    assert [tags for _, _, tags in values_of(of_step(ended))] == [
        {"step": "extract", "ended": "failed"}, {"step": "extract"}
    ]  # fmt: skip


@pytest.mark.parametrize("step", ["report", "quarter", "failed", "alert"])
def test_only_steps_of_the_pipeline_are_measured(step: str) -> None:
    assert step not in STEPS
    assert not list(of_step(StepEnd(step, PUBLISHED | {"requests": 5})))


def standing(**other: Any) -> Standing:
    one = Standing(
        organization_inn=INN, name="ООО «Ромашка»", timezone="Europe/Moscow", product="ofd", state="on",
        start_date=date(2025, 11, 1), registers=[], changed_by="anna", changed_at=datetime(2025, 11, 1, tzinfo=UTC),
        reason="", through=date(2025, 12, 10), wanted_days=40, covered_days=39, newest_covered_day=date(2025, 12, 8),
        first_open_day=date(2025, 12, 9), gaps=0, quarantined=1, open_decisions=3,
    )  # fmt: skip
    return replace(one, **other)


def test_the_state_of_an_integration_is_five_gauges() -> None:
    whose = {"inn": INN, "product": "ofd"}
    until = datetime(2025, 12, 8, 21, tzinfo=UTC).timestamp()
    assert values_of(of_standings([standing()])) == [
        ("smena.lag.days", 2, whose),
        ("smena.covered.until", until, whose),
        ("smena.coverage.share", 0.975, whose),
        ("smena.decisions.open", 3, {"inn": INN}),
        ("smena.quarantine.open", 1, whose),
    ]


def test_an_integration_that_is_off_has_no_lag_but_counts_what_waits() -> None:
    off = standing(state="off", wanted_days=0, first_open_day=None, quarantined=0)
    assert [name for name, _, _ in values_of(of_standings([off]))] == ["smena.decisions.open", "smena.quarantine.open"]


def test_each_sign_of_registers_is_a_gauge_that_goes_back_to_zero() -> None:
    sent = {tags["sign"]: value for _, value, tags in values_of(of_signs({INN: {"silent": 2, "unknown": 1}}))}
    assert sent == dict.fromkeys(REGISTER_SIGNS, 0) | {"silent": 2, "unknown": 1}


def test_a_measure_has_no_tag_that_its_metric_does_not_name() -> None:
    every: list[Measure] = [
        *of_step(StepEnd("publish", PUBLISHED | {"requests": 1, "retries": 0})),
        *of_standings([standing()]),
        *of_signs({INN: {}}),
    ]
    assert {one.metric for one in every} == set(METRICS)
    for one in every:
        assert set(one.tags) == set(one.metric.tags)


def test_names_are_such_that_airflow_sends_them_as_they_are() -> None:
    from airflow.sdk._shared.observability.metrics.metrics_registry import MetricsRegistry
    from airflow.sdk._shared.observability.metrics.validators import stat_name_otel_handler
    from airflow.sdk.observability.stats import normalize_name_for_stats

    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert stat_name_otel_handler("airflow", metric.name) == f"airflow.{metric.name}"
        assert normalize_name_for_stats(metric.name) == metric.name
        # A name of Airflow's own would be sent a second time, under its former name.
        assert MetricsRegistry().get(metric.name) is None


def test_in_prometheus_a_counter_is_a_total_and_a_gauge_is_not() -> None:
    names = {metric.in_prometheus: metric.kind for metric in METRICS}
    assert names["airflow_smena_step_milliseconds_total"] is Kind.COUNTER
    assert names["airflow_smena_lag_days"] is Kind.GAUGE
