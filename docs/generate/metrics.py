"""`metrics.md`, made from the metrics that the code sends."""

from __future__ import annotations

_HEAD = """# Metrics

Made by `make docs` from `smena.airflow.metrics`. Airflow's own client sends them to an OpenTelemetry collector:
[how](../how-to/metrics-and-lineage.md). A counter adds up events, a gauge is the present value.

| metric | in Prometheus | tags | kind | value |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """Return the page: a row for each metric."""
    from smena.airflow.metrics import METRICS

    rows = []
    for one in METRICS:
        tags = ", ".join(f"`{tag}`" for tag in one.tags)
        rows.append(f"| `{one.name}` | `{one.in_prometheus}` | {tags} | {one.kind} | {one.says} |\n")
    return _HEAD + "".join(rows)
