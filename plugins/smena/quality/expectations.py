"""Validates frames with Great Expectations. No other module imports the library."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import pandas as pd

from smena.model.errors import BrokenPromise
from smena.quality.evaluating import without_rows
from smena.quality.verdict import SHOWN_ROWS, CheckResult

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite, ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine

_ROWS_TOO = {"result_format": "COMPLETE", "return_unexpected_index_query": False}

_ONE_AT_A_TIME = Lock()
"""The context has one data asset for all frames, so one thread validates at a time. Counting needs no context."""

MATCH_REGEX = "ExpectColumnValuesToMatchRegex"

_FRAME, _DISTINCT = "frame", "distinct"
"""The names of the frame, and of the distinct values of a column, while bad rows are counted."""

MetricKey = tuple[str, Mapping[str, Any], Mapping[str, Any]]
"""A metric of the library: its name, its domain (the columns), and its arguments."""


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """One expectation of a suite. Compared by identity, so that its suite can be cached.

    Attributes:
        name: unique in its suite, and readable, because `control.check_result` shows it.
        reason: the stored reason where it does not hold.
        kind: a class of `great_expectations.expectations`.
        arguments: the arguments of that class.
    """

    name: str
    reason: str
    kind: str
    arguments: Mapping[str, Any]

    @property
    def columns(self) -> set[str]:
        """All columns that the expectation uses."""
        one_each = {self.arguments[name] for name in ("column", "column_A", "column_B") if name in self.arguments}
        return one_each | set(self.arguments.get("column_list", ()))


def validate(
    suite: str, expectations: tuple[Expectation, ...], frame: pd.DataFrame, *, keys: Sequence[str] = ()
) -> list[CheckResult]:
    """Return the result of every expectation, in their order; each broken one stops the batch.

    The library counts the bad rows of all of them at once, with the metrics by which the expectations themselves
    decide. Only broken expectations are then validated as a suite, with values, which takes some four times as long. A
    frame without rows breaks nothing and is not validated; its results have `rows` 0.

    Args:
        suite: the name of the suite in the results.
        expectations: a constant of a module, because its metrics are cached for the life of the process.
        frame: with every column that they use; its index is ignored.
        keys: the columns that identify a row in the results; without them a result shows only the values.

    Raises:
        BrokenPromise: an expectation could not be computed (a column of another type, one that does not exist).
    """
    columns = _columns_asked(expectations, frame)
    counts = _bad_rows(expectations, columns) if len(frame) else dict.fromkeys((one.name for one in expectations), 0)
    broken = [one for one in expectations if counts[one.name]]
    found = {_name_of(result): result for result in _validated(suite, broken, columns)} if broken else {}
    return [_result(suite, one, found.get(one.name), frame, keys) for one in expectations]


def prepare() -> None:
    """Set up the library, which otherwise takes a fifth of a second at the first frame.

    A process that forks others calls it before; the others need not.
    """
    number_known = Expectation("number_known", "", "ExpectColumnValuesToNotBeNull", {"column": "number"})
    validate("prepare", (number_known,), pd.DataFrame({"number": [1]}))
    _whole_frame()


def _bad_rows(expectations: tuple[Expectation, ...], columns: pd.DataFrame) -> dict[str, int]:
    """How many rows, or distinct texts, break each expectation, by its name.

    Raises BrokenPromise where that cannot be computed.
    """
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.metrics_calculator import MetricsCalculator

    # A pattern is looked for in each distinct text once: 100,000 shifts have some hundreds of registers.
    of_text = sorted({one.arguments["column"] for one in expectations if one.kind == MATCH_REGEX})
    distinct = {f"{_DISTINCT} {name}": columns[[name]].drop_duplicates() for name in of_text}
    made = [
        MetricConfiguration(name, {**about, "batch_id": _frame_of(one)}, dict(arguments))
        for one, (name, about, arguments) in zip(expectations, _metrics_of(expectations), strict=True)
    ]
    engine = PandasExecutionEngine(batch_data_dict={_FRAME: columns, **distinct})
    counted: Mapping[Any, Any]
    faults: Mapping[Any, Any]
    counted, faults = MetricsCalculator(engine).compute_metrics(made)
    counts = {}
    for one, metric in zip(expectations, made, strict=True):
        if metric.id not in counted:
            fault = faults[metric.id]["exception_info"] if metric.id in faults else "no result"
            message = getattr(fault, "exception_message", fault)
            raise BrokenPromise(f"the expectation {one.name} cannot be computed: {message}")
        counts[one.name] = int(counted[metric.id])
    return counts


def _frame_of(one: Expectation) -> str:
    return f"{_DISTINCT} {one.arguments['column']}" if one.kind == MATCH_REGEX else _FRAME


@cache
def _metrics_of(expectations: tuple[Expectation, ...]) -> list[MetricKey]:
    """The metrics that count the bad rows of each, as the library's own expectations request them.

    An expectation holds if the count is 0, because none of ours lets a part of the rows fail (`mostly`).
    """
    _quiet()
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine

    return [_metric_of(one, PandasExecutionEngine()) for one in expectations]


def _metric_of(one: Expectation, engine: PandasExecutionEngine) -> MetricKey:
    made = _made(one)
    name = f"{made.map_metric}.unexpected_count"
    asked = made.get_validation_dependencies(
        execution_engine=engine, runtime_configuration={"result_format": "BOOLEAN_ONLY"}
    ).get_metric_configuration(name)
    if asked is None or made.mostly != 1:
        raise AssertionError(f"the expectation {one.name} is not decided by {name}")
    return name, dict(asked.metric_domain_kwargs), dict(asked.metric_value_kwargs)


def _validated(
    suite: str, expectations: Sequence[Expectation], columns: pd.DataFrame
) -> list[ExpectationValidationResult]:
    """The library's own results, with the values and positions of the rows that break them."""
    with _ONE_AT_A_TIME:
        batch = _whole_frame().get_batch({"dataframe": columns})
        return list(batch.validate(_suite_of(suite, expectations), result_format=_ROWS_TOO).results)


def _quiet() -> None:
    """Keeps the library from logging hundreds of lines at level `info`, which Airflow lets through."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    from great_expectations.data_context.types import base
    from tqdm import tqdm

    # One module sets its own level when it is imported.
    logging.getLogger(base.__name__).setLevel(logging.WARNING)
    # Otherwise a thread for progress bars would run in processes that fork.
    tqdm.monitor_interval = 0


@cache
def _whole_frame() -> BatchDefinition[Any]:
    """A context in memory, without progress bars, that accepts any frame."""
    _quiet()
    import great_expectations as gx
    from great_expectations.data_context.types import base

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = base.ProgressBarsConfig(globally=False)
    frames = context.data_sources.add_pandas("smena").add_dataframe_asset("frame")
    return frames.add_batch_definition_whole_dataframe("whole")


def _columns_asked(expectations: Sequence[Expectation], frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that expectations use, with a new index, as numpy integers where no value is missing.

    The library hashes and copies the whole frame, and compares nullable integers one by one, but numpy's at once.
    """
    names = sorted(set().union(*(one.columns for one in expectations)))
    return pd.DataFrame({name: _plain_where_whole(frame[name]) for name in names}, copy=False)


def _plain_where_whole(column: pd.Series) -> Any:
    is_whole = column.dtype == "Int64" and not column.hasnans
    return column.to_numpy(dtype="int64") if is_whole else column.array


def _suite_of(name: str, expectations: Sequence[Expectation]) -> ExpectationSuite:
    import great_expectations as gx

    return gx.ExpectationSuite(name=name, expectations=[_made(one) for one in expectations])


def _made(one: Expectation) -> Any:
    """The library's own expectation."""
    import great_expectations as gx

    return getattr(gx.expectations, one.kind)(**one.arguments, meta={"name": one.name})


def _name_of(result: ExpectationValidationResult) -> str:
    """The name of the expectation of a result. Raises BrokenPromise where the expectation could not be computed."""
    config = result.expectation_config
    name = str(config.meta["name"]) if config and config.meta else "without a name"
    faults = result.exception_info
    for fault in [faults] if "raised_exception" in faults else faults.values():
        if fault["raised_exception"]:
            raise BrokenPromise(f"the expectation {name} cannot be computed: {fault['exception_message']}")
    return name


def _result(
    suite: str, one: Expectation, found: ExpectationValidationResult | None, frame: pd.DataFrame, keys: Sequence[str]
) -> CheckResult:
    details: dict[str, object] = {"rule": one.reason}
    places = [] if found is None else list(found.result["unexpected_index_list"])
    if found is not None:
        details["found"] = [_shown(value) for value in found.result["unexpected_list"][:SHOWN_ROWS]]
        if keys:
            shown = frame[list(keys)].iloc[places[:SHOWN_ROWS]]
            details["keys"] = [" / ".join(map(str, row)) for row in shown.itertuples(index=False)]
    return CheckResult(
        suite=suite,
        expectation=one.name,
        column=one.arguments.get("column"),
        severity="batch",
        success=found is None,
        rows=len(frame),
        bad_rows=len(places),
        details=json.dumps(details, ensure_ascii=False) if found is not None else without_rows(one.reason),
    )


def _shown(value: object) -> object:
    if isinstance(value, dict):
        return [str(part) for part in value.values()]
    return [str(part) for part in value] if isinstance(value, tuple) else str(value)
