"""Run the pipeline on batches, `process` for the shards in parallel, then `publish`; measure and check the results."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from typing import Any

import psycopg2
from psycopg2.extras import RealDictCursor

from bench.answers import Truth
from bench.evidence import Evidence
from bench.statements import statement
from bench.worker import CHECK, Measurement, run_step


class WrongFigures(AssertionError):
    """The published rows differ from the truth of the evidence, so the measurements mean nothing."""


@dataclass(frozen=True)
class Steps:
    """Time and memory of batches from stored pages to publication.

    Attributes:
        process_s, publish_s: wall clock from the first fork to the last end.
        batches_s: seconds of the publishing of each batch, in order.
        cpu_s: the processor's time of all processes together, without PostgreSQL's.
        checked_cpu_s: the part of `cpu_s` that the checks of the shards and the gate of the batch take.
        gate_s: seconds of the gate, including those of PostgreSQL.
        parts, statements: seconds of all processes together, of `process` by part and of `publish` by statement.
        worker_bytes, publisher_bytes: the peak memory of one process.
        server_bytes: the peak memory of PostgreSQL's processes without the memory that they share.
    """

    process_s: float
    publish_s: float
    batches_s: list[float]
    cpu_s: float
    checked_cpu_s: float
    gate_s: float
    parts: Counter[str]
    statements: Counter[str]
    worker_bytes: int
    publisher_bytes: int
    server_bytes: int

    @property
    def seconds(self) -> float:
        return self.process_s + self.publish_s

    @property
    def checked_share(self) -> float:
        """The share of checks and gate in the seconds of all processes together."""
        return (self.parts[CHECK] + self.gate_s) / (self.parts.total() + self.publish_s)

    @property
    def checked_cpu_share(self) -> float:
        """The share of checks and gate in the processor's time of Smena's processes, without PostgreSQL's."""
        return self.checked_cpu_s / self.cpu_s


@dataclass(frozen=True)
class Run(Steps):
    """One run of the OFD's pipeline. `orders`: cash orders published; with the shifts they are the final rows."""

    shifts: int
    orders: int

    @property
    def rows(self) -> int:
        return self.shifts + self.orders


def run_pipeline(
    dsn: str, evidence: Evidence, workers: int, processes: BaseContext, server_peak: Callable[[], int]
) -> Run:
    """Process and publish batches of the OFD. Raises WrongFigures where the result differs from the truth."""
    steps = run_steps(dsn, evidence, workers, processes, server_peak)
    return Run(**vars(steps), shifts=evidence.truth.shifts, orders=_proved(dsn, evidence.truth))


def run_steps(
    dsn: str, evidence: Evidence, workers: int, processes: BaseContext, server_peak: Callable[[], int]
) -> Steps:
    """Process the shards, `workers` at once, and publish the batches one after the other."""
    places = [(batch_id, shard) for batch_id, shards in evidence.batches.items() for shard in shards]
    started = time.perf_counter()
    with ThreadPoolExecutor(workers) as threads:
        processed = list(threads.map(lambda place: _step(processes, dsn, evidence, *place), places))
    staged = time.perf_counter()
    publishers = [_step(processes, dsn, evidence, batch_id, None) for batch_id in evidence.batches]
    published = time.perf_counter()
    return Steps(
        process_s=staged - started,
        publish_s=published - staged,
        batches_s=[one.seconds for one in publishers],
        cpu_s=sum(one.cpu_s for one in [*processed, *publishers]),
        checked_cpu_s=sum(one.checked_cpu_s for one in [*processed, *publishers]),
        gate_s=sum(one.gate_s for one in publishers),
        parts=_with_rest(processed),
        statements=sum((one.statements for one in publishers), Counter()),
        worker_bytes=max(one.peak_bytes for one in processed),
        publisher_bytes=max(one.peak_bytes for one in publishers),
        server_bytes=server_peak(),
    )


def _with_rest(shards: list[Measurement]) -> Counter[str]:
    parts: Counter[str] = Counter()
    for one in shards:
        parts.update(one.parts)
        parts["the rest"] += one.seconds - sum(one.parts.values())  # type: ignore[assignment]
    return parts


def _step(processes: BaseContext, dsn: str, evidence: Evidence, batch_id: int, shard: int | None) -> Measurement:
    mine, theirs = processes.Pipe(duplex=False)
    arguments = (theirs, dsn, batch_id, evidence.product, shard)
    process = processes.Process(target=run_step, args=arguments)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    try:
        measured: Measurement = mine.recv()
    finally:
        process.join()
    if measured.error:
        step = "publish" if shard is None else f"shard {shard}"
        raise WrongFigures(f"{step} of batch {batch_id}: {measured.error}")
    return measured


def _proved(dsn: str, truth: Truth) -> int:
    """Return the number of orders. Raises WrongFigures where a figure of the warehouse differs from the truth."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(statement("published"))
        found: dict[str, Any] = dict(cursor.fetchone() or {})
    wanted = {"shifts": truth.shifts, **truth.sums}
    for kind in ("pko", "rko"):
        wanted |= {f"{kind}_orders": truth.orders[kind], f"{kind}_kopecks": truth.amounts[kind]}
    wrong = {name: (entry, int(found[name])) for name, entry in wanted.items() if int(found[name]) != entry}
    if wrong:
        raise WrongFigures(f"laid out and published differ: {wrong}")
    return sum(truth.orders.values())
