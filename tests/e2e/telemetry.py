"""Receivers of metrics, traces and lineage: a collector of OTLP over HTTP and a lineage server, on one real socket."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from demo.ports import HOST
from tests.serving import serving

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SentSpan:
    """A span as it was received."""

    name: str
    span_id: bytes
    parent_id: bytes
    trace_id: bytes
    fields: dict[str, str | int | float | bool]
    has_failed: bool


@dataclass
class Telemetry:
    """Everything that was received.

    Attributes:
        counters, gauges: by name and tags; counters are summed over the processes, as they come in deltas.
        events: OpenLineage's, oldest first.
        spans: of traces, in the order of their ends in each process.
        bodies: the bytes of everything.
    """

    port: int = 0
    counters: Counter[tuple[str, Tags]] = field(default_factory=Counter)
    gauges: dict[tuple[str, Tags], float] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    spans: list[SentSpan] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The settings by which Airflow sends its metrics, traces and lineage here."""
        address = f"http://{HOST}:{self.port}"
        return {
            "AIRFLOW__METRICS__OTEL_ON": "True",
            "AIRFLOW__TRACES__OTEL_ON": "True",
            "OTEL_TRACES_EXPORTER": "otlp_proto_http",
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta",
            "AIRFLOW__OPENLINEAGE__NAMESPACE": "smena",
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps({"type": "http", "url": address}),
        }

    def counted(self, name: str, **tags: str) -> float:
        """The sum of a counter over every tag that is not given."""
        return sum(
            value
            for (entry, of), value in list(self.counters.items())
            if entry == name and tags.items() <= dict(of).items()
        )

    def take_spans(self, body: bytes) -> None:
        """An export of traces."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for span in (one for scope in resource.scope_spans for one in scope.spans):
                fields = {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}
                ids = (span.span_id, span.parent_span_id, span.trace_id)
                has_failed = span.status.code == span.status.STATUS_CODE_ERROR
                self.spans.append(SentSpan(span.name, *ids, fields, has_failed))

    def take(self, body: bytes) -> None:
        """An export of metrics."""
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            for metric in (one for scope in resource.scope_metrics for one in scope.metrics):
                for point in metric.sum.data_points:
                    self.counters[metric.name, _tags(point)] += point.as_int or point.as_double
                for point in metric.gauge.data_points:
                    self.gauges[metric.name, _tags(point)] = point.as_int or point.as_double


def _tags(point: Any) -> Tags:
    return tuple(sorted((one.key, one.value.string_value) for one in point.attributes))


@contextmanager
def telemetry() -> Iterator[Telemetry]:
    reported = Telemetry()
    taking = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = b""
            with taking:
                reported.bodies.append(body)
                if self.path == "/v1/metrics":
                    reported.take(body)
                    answer = ExportMetricsServiceResponse().SerializeToString()
                elif self.path == "/v1/traces":
                    reported.take_spans(body)
                    answer = ExportTraceServiceResponse().SerializeToString()
                else:
                    reported.events.append({"path": self.path} | json.loads(body))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server, serving(server):
        reported.port = server.server_address[1]
        yield reported
