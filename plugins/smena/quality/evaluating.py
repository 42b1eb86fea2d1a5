"""Evaluates the rules of a suite over a frame."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from smena.model.errors import BrokenPromise
from smena.model.reason_text import LINE_END
from smena.quality.masks import Flags
from smena.quality.rules import Rule
from smena.quality.verdict import SHOWN_ROWS, CheckResult, Verdict

_NO_ROWS = pd.Index([], dtype="int64")


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A rule's result, and the positions of the rows that break it."""

    rule: Rule
    result: CheckResult
    bad: pd.Index[int]


def evaluate(suite: str, rules: Sequence[Rule], frame: pd.DataFrame, *, key: Sequence[str]) -> list[Evaluation]:
    """Return one evaluation per rule, in the order of the rules.

    Args:
        suite: the name of the suite in the results.
        rules: those of the suite.
        frame: with every column that the rules use.
        key: the columns that identify a row in the results.

    Raises:
        BrokenPromise: a mask cannot be computed, or is not a plain `bool` for each row.
    """
    return [_evaluate(suite, rule, frame, key) for rule in rules]


def verdict_on(frame: pd.DataFrame, evaluations: Sequence[Evaluation]) -> Verdict:
    """Return the verdict on a frame. Evaluations of severity `record` have positions in this frame.

    Raise BrokenPromise where the frame's index is not unique, because bad rows are found by their labels.
    """
    if not frame.index.is_unique:
        raise BrokenPromise("the frame's index is not unique: the bad rows cannot be found by their labels")
    found = [
        pd.Series(one.rule.reason, index=one.bad)
        for one in evaluations
        if one.rule.severity == "record" and len(one.bad)
    ]
    results = [one.result for one in evaluations]
    if not found:
        return Verdict(results, frame.head(0).assign(reason=pd.Series(dtype="string")))
    reasons = pd.concat(found).groupby(level=0).agg(LINE_END.join)
    bad = frame.iloc[reasons.index].assign(reason=reasons.to_numpy()).astype({"reason": "string"})
    return Verdict(results, bad)


def _evaluate(suite: str, rule: Rule, frame: pd.DataFrame, key: Sequence[str]) -> Evaluation:
    mask = _mask_of(rule, frame)
    bad = pd.Index(np.flatnonzero(mask), dtype="int64") if mask.any() else _NO_ROWS
    details: dict[str, object] = {"rule": rule.reason}
    if len(bad):
        shown = frame.iloc[bad[:SHOWN_ROWS]]
        details["found"] = _shown(shown, rule.columns)
        details["keys"] = [" / ".join(map(str, row)) for row in shown[list(key)].itertuples(index=False)]
    result = CheckResult(
        suite=suite,
        expectation=rule.name,
        column=rule.column,
        severity=rule.severity,
        success=not len(bad),
        rows=len(frame),
        bad_rows=len(bad),
        details=json.dumps(details, ensure_ascii=False) if len(bad) else without_rows(rule.reason),
    )
    return Evaluation(rule, result, bad)


@cache
def without_rows(stored: str) -> str:
    """Return the details of a rule or expectation that no row breaks; `stored` is its reason."""
    return json.dumps({"rule": stored}, ensure_ascii=False)


def _mask_of(rule: Rule, frame: pd.DataFrame) -> Flags:
    """The mask of a rule as a plain array. Raises BrokenPromise where it is not one `bool` per row of the frame."""
    try:
        mask = np.asarray(rule.mask(frame))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenPromise(f"the rule {rule.name} cannot be asked: {type(error).__name__}: {error}") from error
    if mask.dtype != np.dtype(bool) or len(mask) != len(frame):
        raise BrokenPromise(f"the rule {rule.name} does not say yes or no of each row: {mask.dtype}, {len(mask)} rows")
    return mask


def _shown(rows: pd.DataFrame, columns: tuple[str, ...]) -> list[object]:
    """The values of the bad rows as texts; pairs of values where a rule has two columns."""
    texts = [[str(value) for value in rows[column]] for column in columns]
    return list(texts[0]) if len(texts) == 1 else [list(pair) for pair in zip(*texts, strict=True)]
