"""Puts rules to a frame through Great Expectations, and reads its answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import pandas as pd

from smena.model.errors import BrokenPromise
from smena.model.reason_text import LINE_END
from smena.quality.rules import Rule, present
from smena.quality.verdict import CheckResult, Verdict

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite, ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition

SHOWN_ROWS = 5
"""How many of the bad values a result shows."""

_ONE_AT_A_TIME = Lock()
"""The context knows all frames by one name: another thread's must wait."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A rule's result, and the positions of the rows that break it."""

    rule: Rule
    result: CheckResult
    bad: pd.Index[int]


def ask(suite: str, rules: tuple[Rule, ...], frame: pd.DataFrame, *, key: str) -> list[Answer]:
    """Puts every rule to the frame.

    All rules are asked for a mere yes or no; only the broken ones are asked again for the rows, which is dear.

    Args:
        suite: the name the results carry.
        rules: a constant of its module: the suite made of it is kept for the life of the process.
        frame: with every column the rules speak of; its index is ignored, positions count.
        key: the column that tells a person which row it is.

    Returns:
        One answer a rule, in the order of the rules.

    Raises:
        BrokenPromise: a rule could not be asked (a column of another type, an expectation that does not exist).
    """
    rows_too = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
    with _ONE_AT_A_TIME:
        batch = _whole_frame().get_batch({"dataframe": _asked(rules, frame)})
        first = batch.validate(_suite(suite, rules), result_format="BOOLEAN_ONLY").results
        holds = {_rule_of(result): bool(result.success) for result in first}
        broken = [rule for rule in rules if not holds[rule.name]]
        second = batch.validate(_suite_of(suite, broken), result_format=rows_too).results if broken else []
    found = {_rule_of(result): result for result in second}
    return [_answer(suite, rule, None if holds[rule.name] else found[rule.name], frame, key) for rule in rules]


def pronounce(frame: pd.DataFrame, answers: Sequence[Answer]) -> Verdict:
    """The verdict on a frame. Positions in answers of severity `record` are the frame's own.

    Raises BrokenPromise where the frame's index is not unique: its labels could not tell the bad rows from the good.
    """
    if not frame.index.is_unique:
        raise BrokenPromise("the frame's index is not unique: the bad rows cannot be told by their labels")
    found = [pd.Series(answer.rule.reason, index=answer.bad) for answer in answers if answer.rule.severity == "record"]
    reasons = pd.concat([pd.Series(dtype="string"), *found])
    reasons = reasons.groupby(level=0).agg(LINE_END.join)
    bad = frame.iloc[reasons.index].assign(reason=reasons.to_numpy()).astype({"reason": "string"})
    return Verdict(results=[answer.result for answer in answers], bad=bad)


def prepare() -> None:
    """Has Great Expectations make, before there is a frame, what it makes at its first question: a fifth of a second.

    For a process that others are forked from; the others need not call it.
    """
    ask("prepare", (present("told"),), pd.DataFrame({"told": [1]}), key="told")


@cache
def _whole_frame() -> BatchDefinition[Any]:
    """The door to Great Expectations: a context in memory, without progress bars, that takes any frame.

    It tells of its own furniture by hundreds of lines where the host logs at level `info`, as Airflow does: only its
    warnings are let through.
    """
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx
    from great_expectations.data_context.types import base
    from tqdm import tqdm

    # One module sets a level of its own as it is imported.
    logging.getLogger(base.__name__).setLevel(logging.WARNING)
    # A thread that watches progress bars would run in processes that others are forked from.
    tqdm.monitor_interval = 0
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = base.ProgressBarsConfig(globally=False)
    frames = context.data_sources.add_pandas("smena").add_dataframe_asset("frame")
    return frames.add_batch_definition_whole_dataframe("whole")


def _asked(rules: tuple[Rule, ...], frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that are asked, by position, as Great Expectations is quick with them.

    It hashes and copies the whole frame, and compares nullable integers one by one, but numpy's at once.
    """
    columns = frame[sorted(set().union(*(rule.columns for rule in rules)))].reset_index(drop=True)
    whole = [name for name, column in columns.items() if column.dtype == "Int64" and not column.hasnans]
    return columns.astype(dict.fromkeys(whole, "int64"))


def _suite_of(name: str, rules: Sequence[Rule]) -> ExpectationSuite:
    import great_expectations as gx

    expectations = [getattr(gx.expectations, rule.expectation)(**rule.asks, meta={"rule": rule.name}) for rule in rules]
    return gx.ExpectationSuite(name=name, expectations=expectations)


@cache
def _suite(name: str, rules: tuple[Rule, ...]) -> ExpectationSuite:
    return _suite_of(name, rules)


def _rule_of(result: ExpectationValidationResult) -> str:
    """The name of the rule that is answered. Raises BrokenPromise where it could not be asked."""
    config = result.expectation_config
    rule = str(config.meta["rule"]) if config and config.meta else "without a name"
    faults = result.exception_info
    for fault in [faults] if "raised_exception" in faults else faults.values():
        if fault["raised_exception"]:
            raise BrokenPromise(f"the rule {rule} cannot be asked: {fault['exception_message']}")
    return rule


def _answer(suite: str, rule: Rule, found: ExpectationValidationResult | None, frame: pd.DataFrame, key: str) -> Answer:
    bad = pd.Index([] if found is None else found.result["unexpected_index_list"], dtype="int64")
    details: dict[str, object] = {"rule": rule.reason}
    if found is not None:
        details["found"] = [_shown(value) for value in found.result["unexpected_list"][:SHOWN_ROWS]]
        details["keys"] = [str(value) for value in frame[key].iloc[bad[:SHOWN_ROWS]]]
    result = CheckResult(
        suite=suite,
        expectation=rule.name,
        column=rule.column,
        severity=rule.severity,
        success=found is None,
        rows=len(frame),
        bad_rows=len(bad),
        details=json.dumps(details, ensure_ascii=False),
    )
    return Answer(rule, result, bad)


def _shown(value: object) -> object:
    return [str(part) for part in value] if isinstance(value, tuple) else str(value)
