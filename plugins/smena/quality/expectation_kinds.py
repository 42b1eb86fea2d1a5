"""Functions that return expectations, as those of `rules` return rules.

`between` and `matches` ignore missing values, as the library does: where a value must be present, expect `known` too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smena.quality.expectations import MATCH_REGEX, Expectation


def known(name: str, column: str, why: str) -> Expectation:
    """Return the expectation that every row has a value."""
    return Expectation(name, str(why), "ExpectColumnValuesToNotBeNull", {"column": column})


def unique(name: str, column: str, why: str) -> Expectation:
    """Return the expectation that no two rows have the same value."""
    return Expectation(name, str(why), "ExpectColumnValuesToBeUnique", {"column": column})


def matches(name: str, column: str, regex: str, why: str) -> Expectation:
    """Return the expectation that a text contains a match of the regular expression."""
    return Expectation(name, str(why), MATCH_REGEX, {"column": column, "regex": regex})


def between(name: str, column: str, least: int, most: int | None, why: str) -> Expectation:
    """Return the expectation that a number lies between two others, both included."""
    arguments = {"column": column, "min_value": least, "max_value": most}
    return Expectation(name, str(why), "ExpectColumnValuesToBeBetween", arguments)


def one_of(name: str, column: str, values: Sequence[Any], why: str) -> Expectation:
    """Return the expectation that a value is one of these."""
    return Expectation(name, str(why), "ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(values)})


def equal(name: str, column: str, other: str, why: str) -> Expectation:
    """Return the expectation that two columns agree."""
    arguments = {"column_A": column, "column_B": other, "ignore_row_if": "neither"}
    return Expectation(name, str(why), "ExpectColumnPairValuesToBeEqual", arguments)


def at_least(name: str, greater: str, lesser: str, why: str, *, strictly: bool = False) -> Expectation:
    """Return the expectation that one column is not less (or, strictly, is greater) than another."""
    arguments = {"column_A": greater, "column_B": lesser, "or_equal": not strictly, "ignore_row_if": "neither"}
    return Expectation(name, str(why), "ExpectColumnPairValuesAToBeGreaterThanB", arguments)
