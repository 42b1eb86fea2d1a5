"""Checks that a frame has the columns and types of its schema. This comes first: the other rules need them."""

from __future__ import annotations

import json

import pandas as pd

from smena.model.reasons import Reason
from smena.quality.evaluating import Evaluation
from smena.quality.rules import equal
from smena.quality.verdict import CheckResult
from smena.transform.schema import Schema

_WHY = Reason.SHAPE_NOT_THE_SCHEMAS


def check_shape(suite: str, frame: pd.DataFrame, schema: Schema) -> Evaluation:
    """Check that the frame has exactly the schema's columns and types. `rows` of the result counts columns."""
    found = {str(name): str(kind) for name, kind in frame.dtypes.items()}
    columns = sorted({*found, *schema.columns})
    wrong = [name for name in columns if found.get(name) != schema.columns.get(name)]
    details: dict[str, object] = {"rule": _WHY}
    if wrong:
        details["found"] = [[found.get(name, "absent"), schema.columns.get(name, "absent")] for name in wrong]
        details["keys"] = wrong
    rule = equal(f"{schema.name}_are_of_their_schema", "found", "wanted", _WHY, "batch")
    result = CheckResult(
        suite=suite,
        expectation=rule.name,
        column=None,
        severity="batch",
        success=not wrong,
        rows=len(columns),
        bad_rows=len(wrong),
        details=json.dumps(details, ensure_ascii=False),
    )
    return Evaluation(rule, result, pd.Index([columns.index(name) for name in wrong], dtype="int64"))
