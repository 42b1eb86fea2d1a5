"""Rules as data: an expectation of Great Expectations by its name, whom it costs, and the reason it gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.quality.verdict import Severity


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One line of a suite. Known by itself, not by its fields, so that a suite can be remembered by its rules.

    Attributes:
        name: unique in its suite, readable: it is what `control.check_result` shows.
        severity: see `Severity`.
        reason: what is wrong where it does not hold, as it is stored: the reason of quarantine.
        expectation: a class of `great_expectations.expectations`.
        asks: that class's own arguments; columns that a check adds to the frame start with `_`.
    """

    name: str
    severity: Severity
    reason: str
    expectation: str
    asks: Mapping[str, Any]

    @property
    def column(self) -> str | None:
        """The one column of the frame that is asked; None where several are, or one that a check adds."""
        column = self.asks.get("column")
        return None if column is None or column.startswith("_") else str(column)

    @property
    def columns(self) -> set[str]:
        """All columns that are asked."""
        return {self.asks[name] for name in ("column", "column_A", "column_B") if name in self.asks}


def present(column: str, name: str = "", why: str = "", severity: Severity = "record") -> Rule:
    """A record has this field."""
    name, why = name or f"{column}_is_present", why or reason(Reason.FIELD_MISSING, what=column)
    return Rule(name, severity, str(why), "ExpectColumnValuesToNotBeNull", {"column": column})


def matches(name: str, column: str, regex: str, why: str, severity: Severity = "record") -> Rule:
    """A text, where there is one, has a match of the regular expression somewhere."""
    return Rule(name, severity, str(why), "ExpectColumnValuesToMatchRegex", {"column": column, "regex": regex})


def whole(pattern: re.Pattern[str]) -> str:
    """The regular expression of a text that is nothing but the pattern: no line end after it, ASCII digits only.

    Spelled so that RE2, which pandas uses for Arrow's text, and Python's `re` read it alike.
    """
    digits = pattern.pattern.replace(r"\d", "[0-9]")
    return rf"\A(?:{digits})\Z"


def between(
    name: str, column: str, least: int | None, most: int | None, why: str, severity: Severity = "record"
) -> Rule:
    """A number, where there is one, lies between two others, both included."""
    asks = {"column": column, "min_value": least, "max_value": most}
    return Rule(name, severity, str(why), "ExpectColumnValuesToBeBetween", asks)


def one_of(name: str, column: str, values: list[Any], why: str, severity: Severity = "record") -> Rule:
    """A value, where there is one, is one of these."""
    return Rule(name, severity, str(why), "ExpectColumnValuesToBeInSet", {"column": column, "value_set": values})


def unique(name: str, column: str, why: str, severity: Severity = "record") -> Rule:
    """A key, where it is whole, stands in one row only; all its copies are bad, for nobody knows the right one."""
    return Rule(name, severity, str(why), "ExpectColumnValuesToBeUnique", {"column": column})


def at_least(
    name: str, greater: str, lesser: str, why: str, severity: Severity = "record", *, strictly: bool = False
) -> Rule:
    """One column is not less (or, strictly, is greater) than another, where both are known."""
    asks = {
        "column_A": greater,
        "column_B": lesser,
        "or_equal": not strictly,
        "ignore_row_if": "either_value_is_missing",
    }
    return Rule(name, severity, str(why), "ExpectColumnPairValuesAToBeGreaterThanB", asks)


def equal(name: str, column: str, other: str, why: str, severity: Severity = "record") -> Rule:
    """Two columns agree, where both are known."""
    asks = {"column_A": column, "column_B": other, "ignore_row_if": "either_value_is_missing"}
    return Rule(name, severity, str(why), "ExpectColumnPairValuesToBeEqual", asks)


def blank(what: str) -> str:
    """The reason of a field that holds nothing but blanks."""
    return reason(Reason.FIELD_BLANK, what=what)
