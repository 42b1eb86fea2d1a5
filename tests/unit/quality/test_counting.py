"""Counting all expectations of a frame at once gives what the library's validation of each one gives."""

from __future__ import annotations

from itertools import product
from typing import Any

import pandas as pd
import pytest

from smena.loading import gate_expectations
from smena.model.errors import BrokenPromise
from smena.model.identifiers import RNM
from smena.quality import expectations
from smena.quality.expectation_kinds import between, equal, known
from smena.quality.expectations import Expectation, validate
from smena.transform.schema import MOMENT, TEXT, WHOLE, Schema
from tests.unit.quality.oracle import counted, unexpected_rows

ADDED = dict.fromkeys(("report", "key", "reports", "days_away"), WHOLE)
"""Columns that the gate adds to what it has read."""

SCHEMAS = {
    schema.name: Schema(schema.name, {**schema.columns, **ADDED})
    for schema in (
        gate_expectations.SHARDS,
        gate_expectations.SHIFTS,
        gate_expectations.TILL_SHIFTS,
        gate_expectations.ORDERS,
        gate_expectations.SUMS,
    )
}
OF_THE_GATE = [
    pytest.param(one, SCHEMAS[suite.name], id=f"{suite.name}.{one.name}")
    for suite in gate_expectations.SUITES
    for one in suite.expectations
]
VALUES: dict[str, list[Any]] = {
    WHOLE: [None, -1, 0, 1, 1, 2, 10**15],
    TEXT: [None, "", " ", "x", "x", "issued", "pko cash_income", "0" * 16, "0" * 16 + "\n", "0" * 17],
    MOMENT: [None, pd.Timestamp("2026-01-01")],
}


@pytest.mark.parametrize(("one", "schema"), OF_THE_GATE)
@pytest.mark.parametrize("missing", [True, False])
def test_as_many_rows_are_counted_as_are_found_of_every_value_at_the_gate(
    one: Expectation, schema: Schema, *, missing: bool
) -> None:
    columns = sorted(one.columns)
    values = [[v for v in VALUES[schema.columns[name]] if missing or v is not None] for name in columns]
    frame = pd.DataFrame(list(product(*values)), columns=columns).astype(
        {name: schema.columns[name] for name in columns}
    )
    if missing and len(columns) > 1:
        # Sums of the gate are always known: where one is not, neither way gives an answer.
        for ask in (unexpected_rows, counted):
            with pytest.raises(BrokenPromise, match=one.name):
                ask(one, frame)
        return
    found = unexpected_rows(one, frame)
    if missing or one.kind != "ExpectColumnValuesToNotBeNull":
        assert found, "no value is bad"


def test_all_expectations_of_a_suite_are_counted_together() -> None:
    numbers = {"amount": [0, None, 7], "vat": [0, 1, 2], "other": [0, 0, 0]}
    frame = pd.DataFrame({name: pd.array(values, dtype="Int64") for name, values in numbers.items()})
    suite = (
        known("known", "amount", "why"),
        between("positive", "amount", 1, None, "why"),
        between("small", "amount", None, 5, "why"),  # type: ignore[arg-type]
        equal("same", "vat", "other", "why"),
        known("vat_known", "vat", "why"),
    )
    results = validate("suite", suite, frame, keys=("vat",))
    assert [(one.expectation, one.success, one.bad_rows, one.rows) for one in results] == [
        ("known", False, 1, 3), ("positive", False, 1, 3), ("small", False, 1, 3), ("same", False, 2, 3),
        ("vat_known", True, 0, 3),
    ]  # fmt: skip
    assert '"keys": ["0"]' in results[1].details


def test_a_frame_without_rows_is_not_asked_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expectations, "_bad_rows", None)
    (result,) = validate("suite", (between("positive", "amount", 1, None, "why"),), pd.DataFrame({"amount": []}))
    assert (result.success, result.rows, result.bad_rows) == (True, 0, 0)


@pytest.mark.parametrize(
    ("one", "frame"),
    [
        (between("positive", "amount", 1, None, "why"), pd.DataFrame({"amount": ["seven"]})),
        (Expectation("rnm", "", "ExpectColumnValuesToMatchRegex", {"column": "rnm", "regex": f"({RNM.pattern}"}),
         pd.DataFrame({"rnm": ["1"]})),
    ],
)  # fmt: skip
def test_an_expectation_that_cannot_be_computed_is_no_answer(one: Expectation, frame: pd.DataFrame) -> None:
    with pytest.raises(BrokenPromise, match=f"the expectation {one.name} cannot be computed"):
        validate("suite", (one,), frame)


def test_what_lets_a_part_of_the_rows_pass_is_refused() -> None:
    most = Expectation("most", "", "ExpectColumnValuesToNotBeNull", {"column": "amount", "mostly": 0.5})
    with pytest.raises(AssertionError, match="most is not decided by"):
        validate("suite", (most,), pd.DataFrame({"amount": [1, None]}))
