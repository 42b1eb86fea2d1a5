"""Rules as data: which rows break a rule, its severity, and the stored reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.quality.masks import Less, Mask, Missing, NoneOf, Outside, Repeated, Unequal, Unlike
from smena.quality.verdict import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a suite.

    Attributes:
        name: unique in its suite, and readable, because `control.check_result` shows it.
        severity: see `Severity`.
        reason: the stored reason of the rows that break it, also in quarantine.
        mask: which rows of the frame break it.
        columns: the columns whose values a result shows; those that a check adds to the frame start with `_`.
    """

    name: str
    severity: Severity
    reason: str
    mask: Mask
    columns: tuple[str, ...]

    @property
    def column(self) -> str | None:
        """The column of the frame that the rule is about; None where it has several, or one that the check adds."""
        return self.columns[0] if len(self.columns) == 1 and not self.columns[0].startswith("_") else None


def present(column: str, name: str = "", why: str = "", severity: Severity = "record") -> Rule:
    """Return the rule that a record has this field."""
    name, why = name or f"{column}_is_present", why or reason(Reason.FIELD_MISSING, what=column)
    return Rule(name, severity, str(why), Missing(column), (column,))


def matches(name: str, column: str, regex: str, why: str, severity: Severity = "record") -> Rule:
    """Return the rule that a text, where known, contains a match of the regular expression."""
    return Rule(name, severity, str(why), Unlike(column, regex), (column,))


def whole(pattern: re.Pattern[str]) -> str:
    """Return the regular expression for a whole text of this pattern: ASCII digits only, no line end after it.

    It means the same in Python's `re` and in RE2, which pandas uses for Arrow text.
    """
    digits = pattern.pattern.replace(r"\d", "[0-9]")
    return rf"\A(?:{digits})\Z"


def between(
    name: str,
    column: str,
    least: int | None,
    most: int | None,
    why: str,
    severity: Severity = "record",
    *,
    unknown_is_bad: bool = False,
) -> Rule:
    """Return the rule that a number, where known, lies between two others, both included."""
    return Rule(name, severity, str(why), Outside(column, least, most, unknown_is_bad), (column,))


def one_of(
    name: str,
    column: str,
    values: list[Any],
    why: str,
    severity: Severity = "record",
    *,
    unknown_is_bad: bool = False,
) -> Rule:
    """Return the rule that a value, where known, is one of these."""
    return Rule(name, severity, str(why), NoneOf(column, tuple(values), unknown_is_bad), (column,))


def unique(name: str, key: Sequence[str], why: str, severity: Severity = "record") -> Rule:
    """Return the rule that no two rows have the same known key. All copies break it: nothing shows which is right."""
    return Rule(name, severity, str(why), Repeated(tuple(key)), tuple(key))


def at_least(
    name: str, greater: str, lesser: str, why: str, severity: Severity = "record", *, strictly: bool = False
) -> Rule:
    """Return the rule that one column is not less (or, strictly, is greater) than another, where both are known."""
    return Rule(name, severity, str(why), Less(greater, lesser, or_equal=strictly), (greater, lesser))


def equal(
    name: str, column: str, other: str, why: str, severity: Severity = "record", *, unknown_is_bad: bool = False
) -> Rule:
    """Return the rule that two columns agree, where both are known."""
    return Rule(name, severity, str(why), Unequal(column, other, unknown_is_bad), (column, other))


def blank(what: str) -> str:
    """Return the reason for a field that holds nothing but blanks."""
    return reason(Reason.FIELD_BLANK, what=what)
