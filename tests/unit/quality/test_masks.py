"""Masks find the rows that Great Expectations finds for the same rule, and say what they make of unknown values."""

from __future__ import annotations

import operator
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smena.model.errors import BrokenPromise
from smena.quality.evaluating import evaluate
from smena.quality.masks import Less, Missing, NoneOf, Outside, Repeated, Unequal, Unlike
from smena.quality.rules import Rule
from smena.transform.schema import Schema
from tests.unit.quality.forms import SUITES, every_form, forms_of
from tests.unit.quality.oracle import expected, unexpected_rows

RULES = [
    pytest.param(rule, schema, id=f"{suite}.{rule.name}") for suite, (schema, rules) in SUITES.items() for rule in rules
]


def unknown_and_bad(rule: Rule, frame: pd.DataFrame) -> set[int]:
    """The rows that are bad because a value is unknown."""
    match rule.mask:
        case Outside(column, _, _, True) | NoneOf(column, _, True):
            return set(np.flatnonzero(frame[column].isna()))
        case Unequal(column, other, True):
            return set(np.flatnonzero(frame[column].notna() & frame[other].isna()))
    return set()


def bad_rows(rule: Rule, frame: pd.DataFrame) -> set[int]:
    (found,) = evaluate("suite", [rule], frame, key=rule.columns)
    assert found.result.bad_rows == len(found.bad)
    return set(found.bad)


def by_great_expectations(rule: Rule, frame: pd.DataFrame) -> set[int]:
    return unexpected_rows(expected(rule), frame) | unknown_and_bad(rule, frame)


@pytest.mark.parametrize(("rule", "schema"), RULES)
def test_a_mask_finds_what_great_expectations_finds_of_every_form(rule: Rule, schema: Schema) -> None:
    frame = every_form(rule, schema)
    found = bad_rows(rule, frame)
    assert found == by_great_expectations(rule, frame)
    assert len(found) > 0, "no form of this rule is bad"
    assert len(found) < len(frame), "no form of this rule is good"


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rule, pd.DataFrame]:
    """A rule, and some rows of its forms in some order, some of them more than once."""
    schema, rules = SUITES[draw(st.sampled_from(sorted(SUITES)))]
    rule = draw(st.sampled_from(rules))
    forms = forms_of(rule, schema)
    count = draw(st.integers(0, 8))
    return rule, pd.DataFrame(
        {
            name: pd.Series(draw(st.lists(st.sampled_from(some), min_size=count, max_size=count)), dtype=kind)
            for name, (kind, some) in forms.items()
        }
    )


@settings(max_examples=150, deadline=None)
@given(cases())
def test_a_mask_finds_what_great_expectations_finds_of_any_rows(case: tuple[Rule, pd.DataFrame]) -> None:
    rule, frame = case
    assert bad_rows(rule, frame) == by_great_expectations(rule, frame)


def test_a_mask_is_about_rows_whatever_their_labels_are() -> None:
    frame = pd.DataFrame({"amount": pd.array([1, 0, None, 2], dtype="Int64")}, index=[7, 3, 9, 1])
    rule = Rule("positive", "record", "", Outside("amount", 1, None), ("amount",))
    assert bad_rows(rule, frame) == {1}


UNKNOWN: list[tuple[Any, list[bool]]] = [
    (Missing("one"), [False, False, True, True]),
    (Outside("one", 5, None), [True, True, False, False]),
    (Outside("one", 5, None, unknown_is_bad=True), [True, True, True, True]),
    (NoneOf("one", (2,)), [True, True, False, False]),
    (NoneOf("one", (2,), unknown_is_bad=True), [True, True, True, True]),
    (Repeated(("one",)), [True, True, False, False]),
    (Repeated(("one", "other")), [False, False, False, False]),
    (Less("one", "other"), [True, False, False, False]),
    (Unequal("one", "other"), [True, False, False, False]),
    (Unequal("one", "other", unknown_is_bad=True), [True, True, False, False]),
]


@pytest.mark.parametrize(("mask", "bad"), UNKNOWN, ids=lambda one: str(one))
def test_each_mask_declares_whether_unknown_values_break_it(mask: Any, bad: list[bool]) -> None:
    frame = pd.DataFrame(
        {"one": pd.array([1, 1, None, None], dtype="Int64"), "other": pd.array([2, None, 2, None], dtype="Int64")}
    )
    assert list(mask(frame)) == bad
    assert mask(frame).dtype == np.dtype(bool)


def test_an_unknown_text_does_not_fail_a_pattern_and_an_unknown_moment_is_not_earlier() -> None:
    texts = pd.DataFrame({"one": pd.Series([None, "7", "x"], dtype="string")})
    assert list(Unlike("one", "[0-9]")(texts)) == [False, False, True]
    now = pd.Timestamp("2026-03-01")
    moments = pd.DataFrame({"one": pd.Series([now, None, now]), "other": pd.Series([None, now, now])})
    assert list(Less("one", "other", or_equal=True)(moments)) == [False, False, True]


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (lambda frame: frame["amount"] > 1, "neither|yes or no"),
        (lambda frame: frame["amount"].isna().head(1), "yes or no"),
        (operator.itemgetter("absent"), "absent"),
        (lambda frame: frame["amount"] > "1", "cannot be asked"),
    ],
)
def test_a_mask_that_does_not_say_yes_or_no_of_each_row_is_refused(mask: Any, message: str) -> None:
    frame = pd.DataFrame({"amount": pd.array([1, None], dtype="Int64")})
    with pytest.raises(BrokenPromise, match=re.compile(message)):
        evaluate("suite", [Rule("rule", "record", "", mask, ("amount",))], frame, key=["amount"])
