"""What Great Expectations finds by the expectation that means the same as a rule."""

from __future__ import annotations

import pandas as pd

from smena.quality import expectations
from smena.quality.expectations import Expectation
from smena.quality.masks import Less, Missing, NoneOf, Outside, Repeated, Unequal, Unlike
from smena.quality.rules import Rule


def expected(rule: Rule) -> Expectation:
    """The expectation that means the same as the rule's mask, except for unknown values that break the rule."""
    match rule.mask:
        case Missing(column):
            kind, arguments = "ExpectColumnValuesToNotBeNull", {"column": column}
        case Unlike(column, regex):
            kind, arguments = "ExpectColumnValuesToMatchRegex", {"column": column, "regex": regex}
        case Outside(column, least, most, _):
            kind, arguments = "ExpectColumnValuesToBeBetween", {"column": column, "min_value": least, "max_value": most}
        case NoneOf(column, values, _):
            kind, arguments = "ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(values)}
        case Repeated(columns):
            arguments = {"column_list": list(columns), "ignore_row_if": "any_value_is_missing"}
            kind = "ExpectCompoundColumnsToBeUnique"
        case Less(column, other, or_equal):
            kind = "ExpectColumnPairValuesAToBeGreaterThanB"
            arguments = {"column_A": column, "column_B": other, "or_equal": not or_equal}
        case Unequal(column, other, _):
            kind, arguments = "ExpectColumnPairValuesToBeEqual", {"column_A": column, "column_B": other}
    if "column_A" in arguments:
        arguments["ignore_row_if"] = "either_value_is_missing"
    return Expectation(rule.name, rule.reason, kind, arguments)


def unexpected_rows(expectation: Expectation, frame: pd.DataFrame) -> set[int]:
    """The positions of the rows that the expectation does not hold for; the gate counts as many rows, or texts."""
    batch = expectations._whole_frame().get_batch({"dataframe": expectations._columns_asked([expectation], frame)})
    suite = expectations._suite_of(expectation.name, [expectation])
    (result,) = batch.validate(suite, result_format=expectations._ROWS_TOO).results
    expectations._name_of(result)
    found = set(result.result["unexpected_index_list"])
    # The gate looks for a pattern in each distinct text once.
    is_pattern = expectation.kind == expectations.MATCH_REGEX
    values = frame[expectation.arguments["column"]].iloc[sorted(found)].unique() if is_pattern else found
    assert counted(expectation, frame) == len(values)
    return found


def counted(expectation: Expectation, frame: pd.DataFrame) -> int:
    """How many rows, or distinct texts, the expectation does not hold for, as the gate counts them."""
    columns = expectations._columns_asked([expectation], frame)
    return expectations._bad_rows((expectation,), columns)[expectation.name]
