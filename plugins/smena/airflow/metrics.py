"""The metrics, and how they are made of steps and standings. Pure: `airflow.py` sends them.

A tag has few values: `inn` as many as there are organisations, the others less than ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from smena.reads.registers import SIGNS as REGISTER_SIGNS
from smena.reads.registers import UNKNOWN
from smena.reads.standing import Standing
from smena.runtime.log import StepEnd

STEPS = frozenset({"plan", "extract", "process", "publish", "reconcile"})
"""The steps of the pipeline. Other lines of the log are not among them."""


class Kind(StrEnum):
    """A counter adds up events; a gauge is the present value."""

    COUNTER = "counter"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric by the name that Airflow gets, with its possible tags and its meaning (`says`)."""

    name: str
    kind: Kind
    tags: tuple[str, ...]
    says: str

    @property
    def in_prometheus(self) -> str:
        """Its name after an OpenTelemetry collector: with Airflow's prefix and, for a counter, `_total`."""
        suffix = "_total" if self.kind is Kind.COUNTER else ""
        return f"airflow_{self.name.replace('.', '_')}{suffix}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of a metric."""

    metric: Metric
    value: int | float
    tags: Mapping[str, str]


_WHOSE = ("inn", "product")

# Seconds as two counters rather than a histogram: Airflow makes exponential ones, which many collectors drop.
ENDED = Metric("smena.steps", Kind.COUNTER, ("step", "ended", *_WHOSE), "steps that ended, `ok` or `failed`")
SPENT = Metric("smena.step.milliseconds", Kind.COUNTER, ("step", *_WHOSE), "time spent in the steps")
REQUESTS = Metric("smena.requests", Kind.COUNTER, _WHOSE, "requests sent to Kontur, every attempt")
RETRIES = Metric("smena.retries", Kind.COUNTER, _WHOSE, "attempts after the first")
SHIFTS = Metric("smena.shifts", Kind.COUNTER, ("outcome", *_WHOSE), "shifts of published batches, by outcome")

LAG = Metric("smena.lag.days", Kind.GAUGE, _WHOSE, "days from the newest covered day to the newest that is over")
COVERED_UNTIL = Metric("smena.covered.until", Kind.GAUGE, _WHOSE, "when the newest covered day ended, Unix seconds")
COVERAGE = Metric("smena.coverage.share", Kind.GAUGE, _WHOSE, "covered days of those since the start date, 0 to 1")
DECISIONS = Metric("smena.decisions.open", Kind.GAUGE, ("inn",), "decisions that wait for a person")
QUARANTINE = Metric("smena.quarantine.open", Kind.GAUGE, _WHOSE, "records in quarantine")

SIGNS = Metric("smena.registers", Kind.GAUGE, ("inn", "sign"), "registers with a fault, by sign; 0 if none has it")

METRICS = (ENDED, SPENT, REQUESTS, RETRIES, SHIFTS, LAG, COVERED_UNTIL, COVERAGE, DECISIONS, QUARANTINE, SIGNS)

_FIELDS = {
    LAG: "lag_days",
    COVERED_UNTIL: "covered_until",
    COVERAGE: "coverage",
    DECISIONS: "open_decisions",
    QUARANTINE: "quarantined",
}


def of_step(ended: StepEnd) -> Iterator[Measure]:
    """Yield the measures of a step of the pipeline; none for another."""
    if ended.step not in STEPS:
        return
    fields = ended.fields
    whose = {tag: str(fields[tag]) for tag in _WHOSE if tag in fields}
    of_step = {"step": ended.step} | whose
    yield Measure(ENDED, 1, of_step | {"ended": "failed" if ended.is_failed else "ok"})
    yield Measure(SPENT, round(fields["seconds"] * 1000), of_step)
    for metric, name in ((REQUESTS, "requests"), (RETRIES, "retries")):
        if name in fields:
            yield Measure(metric, fields[name], whose)
    for outcome, shifts in fields.get("outcomes", {}).items():
        yield Measure(SHIFTS, shifts, whose | {"outcome": outcome})


def of_standings(every: Iterable[Standing]) -> Iterator[Measure]:
    """Yield the measures of each integration; those without a value are left out."""
    for one in every:
        tags = {"inn": one.organization_inn, "product": one.product}
        for metric, name in _FIELDS.items():
            value = getattr(one, name)
            if value is not None:
                yield Measure(metric, value, {tag: tags[tag] for tag in metric.tags})


def of_signs(counted: Mapping[str, Mapping[str, int]]) -> Iterator[Measure]:
    """Yield the registers of each organisation by sign, and 0 for a sign that none has: it may have been cured."""
    for inn, signs in counted.items():
        for sign in (*REGISTER_SIGNS, UNKNOWN):
            yield Measure(SIGNS, signs.get(sign, 0), {"inn": inn, "sign": sign})
