"""Run one step of the pipeline in a measured process, with the time of its parts and of every statement.

The process is forked from one that has imported all heavy libraries, as Airflow forks its workers from the scheduler.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from multiprocessing.connection import Connection
from typing import Any

from smena.loading import process as processing
from smena.loading.gate_expectations import validate_staged
from smena.loading.market import work as of_market
from smena.loading.ofd import work as of_ofd
from smena.loading.publish import publish
from smena.model.endpoint import Endpoint
from smena.model.errors import WrongUse
from smena.model.window import MARKET, OFD
from smena.quality.expectations import prepare
from smena.runtime.context import Context
from smena.warehouse.database import Transaction, Warehouse

# Preloaded, as in Airflow's workers, because loading Great Expectations takes seconds.
prepare()

CHECK = "check"

PARTS = {
    OFD: {
        "read_pages": "read",
        "check_z_reports": "check",
        "check_receipts": "check",
        "check_shifts": "check",
        "make_shifts": "transform",
        "check_orders": "check",
    },
    MARKET: {
        "read_cheques": "read",
        "read_waybills": "read",
        "check_cheques": "check",
        "check_waybills": "check",
        "check_till_shifts": "check",
        "make_till_shifts": "till shifts",
        "make_cashless": "reports",
        "make_sold": "reports",
        "make_waybills": "reports",
        "file_cashless": "reports",
        "file_sold": "reports",
        "file_waybills": "reports",
    },
}
"""By product, the functions that its `work` calls, with the part of the step that each belongs to."""

OF_ALL = {"copy_frame": "stage (COPY)"}
"""The same for functions that every product calls."""

PAGES, FETCH = "pages_by_assignment", "fetch, unpack"


@dataclass
class Measurement:
    """Seconds by part and by statement, the processor's seconds, and the peak memory of the process.

    `gate_s`: seconds of the gate of the batch, including its statements. `checked_cpu_s`: the processor's seconds of
    the checks of the shards and of the gate.
    """

    parts: Counter[str] = field(default_factory=Counter)
    statements: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    gate_s: float = 0.0
    cpu_s: float = 0.0
    checked_cpu_s: float = 0.0
    peak_bytes: int = 0
    error: str = ""


def run_step(reported: Connection, dsn: str, batch_id: int, product: str, shard: int | None) -> None:
    """Process a shard, or publish the batch where `shard` is None, and send the measurement."""
    measured = Measurement()
    warehouse = Warehouse(dsn)
    of_check, cpu_of_check = Counter[str](), Counter[str]()
    gate = _timed(_timed(validate_staged, of_check, "gate"), cpu_of_check, CHECK, time.process_time)
    context = Context(warehouse, endpoint=_nowhere, gate=gate)
    _watch(measured, product, cpu_of_check)
    started, cpu_started = time.perf_counter(), time.process_time()
    try:
        if shard is None:
            publish(context, batch_id)
        else:
            processing.process(context, batch_id, shard)
    except Exception as error:  # noqa: BLE001 - told to the parent, which raises it
        measured.error = f"{type(error).__name__}: {error}"
    measured.seconds, measured.cpu_s = time.perf_counter() - started, time.process_time() - cpu_started
    measured.gate_s, measured.checked_cpu_s = of_check["gate"], cpu_of_check[CHECK]
    warehouse.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    measured.peak_bytes = peak if sys.platform == "darwin" else peak * 1024
    reported.send(measured)


def _nowhere(name: str) -> Endpoint:
    raise WrongUse(f"the bench has no connection {name}: it sends no requests")


def _watch(measured: Measurement, product: str, cpu_of_check: Counter[str]) -> None:
    """Wrap the functions of the parts with timers. They are not unwrapped, because the process ends after its step."""
    of_product = of_ofd if product == OFD else of_market
    for module, parts in ((of_product, PARTS[product]), (processing, OF_ALL)):
        for name, part in parts.items():
            timed = _timed(getattr(module, name), measured.parts, part)
            if part == CHECK:
                timed = _timed(timed, cpu_of_check, CHECK, time.process_time)
            setattr(module, name, timed)
    pages = getattr(processing, PAGES)

    def timed_pages(*args: Any, **named: Any) -> Iterator[Any]:
        following = _timed(iter(pages(*args, **named)).__next__, measured.parts, FETCH)
        while True:
            try:
                chunk = following()
            except StopIteration:
                return
            yield chunk

    setattr(processing, PAGES, timed_pages)
    for method in (Transaction.run, Transaction.rows):
        setattr(Transaction, method.__name__, _timed_statement(method, measured.statements))


def _timed(
    call: Callable[..., Any], into: Counter[str], part: str, clock: Callable[[], float] = time.perf_counter
) -> Callable[..., Any]:
    @wraps(call)
    def timed(*args: Any, **named: Any) -> Any:
        started = clock()
        try:
            return call(*args, **named)
        finally:
            into[part] += clock() - started  # type: ignore[assignment]

    return timed


def _timed_statement(call: Callable[..., Any], into: Counter[str]) -> Callable[..., Any]:
    @wraps(call)
    def timed(transaction: Transaction, name: str, /, **parameters: Any) -> Any:
        started = time.perf_counter()
        try:
            return call(transaction, name, **parameters)
        finally:
            into[name] += time.perf_counter() - started  # type: ignore[assignment]

    return timed
