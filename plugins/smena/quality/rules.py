"""Rules as data: which rows are bad, how severe that is, and the reason that is stored."""

from __future__ import annotations

import re
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
        name: unique in its suite, readable: it is what `control.check_result` shows.
        severity: see `Severity`.
        reason: what is wrong where it does not hold, as it is stored: the reason of quarantine.
        mask: which rows of the frame are bad.
        columns: the columns whose values a result shows; those that a check adds to the frame start with `_`.
    """

    name: str
    severity: Severity
    reason: str
    mask: Mask
    columns: tuple[str, ...]

    @property
    def column(self) -> str | None:
        """The one column of the frame that the rule is about; None where it is about several, or one that is added."""
        return self.columns[0] if len(self.columns) == 1 and not self.columns[0].startswith("_") else None


def present(column: str, name: str = "", why: str = "", severity: Severity = "record") -> Rule:
    """A record has this field."""
    name, why = name or f"{column}_is_present", why or reason(Reason.FIELD_MISSING, what=column)
    return Rule(name, severity, str(why), Missing(column), (column,))


def matches(name: str, column: str, regex: str, why: str, severity: Severity = "record") -> Rule:
    """A text, where there is one, has a match of the regular expression somewhere."""
    return Rule(name, severity, str(why), Unlike(column, regex), (column,))


def whole(pattern: re.Pattern[str]) -> str:
    """The regular expression of a text that is nothing but the pattern: no line end after it, ASCII digits only.

    Spelled so that RE2, which pandas uses for Arrow's text, and Python's `re` read it alike.
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
    """A number, where there is one, lies between two others, both included."""
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
    """A value, where there is one, is one of these."""
    return Rule(name, severity, str(why), NoneOf(column, tuple(values), unknown_is_bad), (column,))


def unique(name: str, column: str, why: str, severity: Severity = "record") -> Rule:
    """No two rows have the same whole key; all its copies are bad, because nothing shows which is right."""
    return Rule(name, severity, str(why), Repeated(column), (column,))


def at_least(
    name: str, greater: str, lesser: str, why: str, severity: Severity = "record", *, strictly: bool = False
) -> Rule:
    """One column is not less (or, strictly, is greater) than another, where both are known."""
    return Rule(name, severity, str(why), Less(greater, lesser, or_equal=strictly), (greater, lesser))


def equal(
    name: str, column: str, other: str, why: str, severity: Severity = "record", *, unknown_is_bad: bool = False
) -> Rule:
    """Two columns agree, where both are known."""
    return Rule(name, severity, str(why), Unequal(column, other, unknown_is_bad), (column, other))


def blank(what: str) -> str:
    """The reason of a field that holds nothing but blanks."""
    return reason(Reason.FIELD_BLANK, what=what)
