"""deploy/grafana/smena.json queries exactly the metrics that Smena sends."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from demo.repository import REPOSITORY
from smena.airflow.metrics import METRICS, Kind, Metric

DASHBOARD: dict[str, Any] = json.loads((REPOSITORY / "deploy" / "grafana" / "smena.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]
OF_VARIABLES = [one["query"]["query"] for one in DASHBOARD["templating"]["list"] if one["type"] == "query"]
BY_NAME = {metric.in_prometheus: metric for metric in METRICS}
REFERENCE = (REPOSITORY / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")


def metrics_of(query: str) -> list[Metric]:
    return [BY_NAME[name] for name in re.findall(r"\bairflow_\w+", query)]


def test_the_queried_metrics_are_exactly_those_that_are_sent() -> None:
    asked = {name for query in QUERIES + OF_VARIABLES for name in re.findall(r"\bairflow_\w+", query)}
    assert asked == set(BY_NAME)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_asks_for_tags_that_its_metrics_have(query: str) -> None:
    tags = set.intersection(*(set(metric.tags) for metric in metrics_of(query)))
    named = {tag for group in re.findall(r"\bby \(([^)]*)\)", query) for tag in group.split(", ")}
    chosen = {tag for group in re.findall(r"\{([^}]*)\}", query) for tag in re.findall(r"(\w+)=", group)}
    assert named
    assert named | chosen - {"ended"} <= tags


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_legend_names_what_its_query_gives(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        (first, *_) = re.findall(r"\bby \(([^)]*)\)", target["expr"])
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) == set(first.split(", "))


@pytest.mark.parametrize("query", QUERIES)
def test_a_counter_is_asked_for_its_increase_and_a_gauge_for_its_value(query: str) -> None:
    for metric in metrics_of(query):
        is_increase = bool(re.search(rf"increase\({metric.in_prometheus}\{{[^}}]*\}}\[1d\]\)", query))
        assert is_increase is (metric.kind is Kind.COUNTER)


def test_panels_do_not_overlap_and_have_numbers_of_their_own() -> None:
    places = [tuple(panel["gridPos"][side] for side in "xywh") for panel in PANELS]
    cells = [(column, row) for x, y, w, h in places for column in range(x, x + w) for row in range(y, y + h)]
    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) < 24
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


def test_the_reference_has_every_metric_with_its_tags_by_both_names() -> None:
    rows = re.findall(r"^\| `(smena[\w.]+)` \| `(airflow_\w+)` \| ([^|]+) \|", REFERENCE, re.MULTILINE)
    assert {(name, entry, tuple(re.findall(r"`(\w+)`", tags))) for name, entry, tags in rows} == {
        (metric.name, metric.in_prometheus, metric.tags) for metric in METRICS
    }
