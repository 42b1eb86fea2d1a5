"""Ordered tables of cases: the first that holds decides, and nothing unknown passes for an answer."""

from __future__ import annotations

import pandas as pd
import pytest

from smena.matching.cases import Case, all_same, first_match, known_and, same
from tests.unit.matching.slice_builders import values

INDEX = pd.RangeIndex(3)


def flags(*given: bool | None) -> pd.Series:
    return pd.Series(given, index=INDEX, dtype="boolean")


def texts(*given: str | None) -> pd.Series:
    return pd.Series(given, index=INDEX, dtype="string")


def test_the_first_case_that_holds_decides() -> None:
    cases = [Case(flags(True, False, False), "x", "first"), Case(flags(True, True, True), texts("a", "b", "c"))]
    found = first_match(cases, INDEX)
    assert values(found["outcome"]) == ["x", "b", "c"]
    assert values(found["reason"]) == ["first", None, None]


def test_a_reason_of_a_column_may_be_missing_in_some_rows() -> None:
    found = first_match([Case(flags(True, True, True), "x", texts("a", None, "c"))], INDEX)
    assert values(found["reason"]) == ["a", None, "c"]


def test_an_unknown_in_a_condition_is_an_error_even_where_an_earlier_case_holds() -> None:
    cases = [Case(flags(True, True, True), "x"), Case(flags(None, True, False), "y")]
    with pytest.raises(ValueError, match=r"case 2 \('y'\) is unknown for 1 rows"):
        first_match(cases, INDEX)


def test_no_case_that_holds_is_an_error() -> None:
    with pytest.raises(ValueError, match="no case holds"):
        first_match([Case(flags(True, False, True), "x")], INDEX)
    with pytest.raises(ValueError, match="no case holds"):
        first_match([], INDEX)


def test_a_table_of_no_rows_has_no_answers() -> None:
    nothing = pd.Series([], dtype="boolean")
    assert first_match([Case(nothing, "x")], nothing.index).empty


def test_two_unknowns_are_the_same_and_an_unknown_and_a_value_are_not() -> None:
    assert values(same(texts("a", "a", None), texts("a", "b", None))) == [True, False, True]
    assert values(same(texts("a", None, ""), texts(None, "b", ""))) == [False, False, True]


def test_rows_are_the_same_where_all_columns_are() -> None:
    left = pd.DataFrame({"a": texts("1", "1", None), "b": texts("2", "2", "2")})
    right = pd.DataFrame({"a": texts("1", "1", None), "b": texts("2", "3", "2")})
    assert values(all_same(left, right, ["a", "b"])) == [True, False, True]


def test_a_condition_about_a_value_that_is_not_there_does_not_hold() -> None:
    assert values(known_and(flags(True, False, None))) == [True, False, False]
