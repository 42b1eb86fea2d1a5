"""The stored form of a reason: its code and its arguments as one text.

One reason is `code`, or `code {"argument": value, …}`: a code, a space, and a JSON object as PostgreSQL writes a
`jsonb` (`'before_start ' || jsonb_build_object('day', day)::text` is the same text; without the cast PostgreSQL takes
the literal for a `jsonb`). Several reasons are one text, one per line: JSON escapes a line end inside a value, so
lines can simply be joined and split (`string_agg` by `chr(10)`).

    correction_of_earlier_day
    before_start {"day": "2025-01-01"}

The name of an argument gives the form of its value:

- `amount`: kopecks, a whole number;
- `day`: `2025-01-31`; `moment`: `2025-01-31T10:00:00`, local time of a register; `time`: `10:00`, its hour and minute;
- `reason`: another text of this form;
- a name of `COUNTS`: a count, so that its noun takes the right plural;
- `what`: the name of a value, one of `smena.messages` or the service's own; `word`: a person's answer;
- any other: a number or a text, shown unchanged.

An unknown argument is null, and shown as a dash.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from smena.model.reasons import Reason

LINE_END = "\n"
COUNTS = frozenset(
    {
        "agreed",
        "alike",
        "bad",
        "compared",
        "documents",
        "entries",
        "expected",
        "most",
        "read",
        "receipts",
        "records",
        "reports",
        "rest",
    }
)
"""Names of arguments that are counts."""

_STORED = re.compile(r"([a-z][a-z0-9_]*)(?: (\{.*\}))?")


class NotAReason(ValueError):
    """A text that is not a stored reason: a person typed it, or this release does not know its code."""


class Wrong(ValueError):
    """A value in a response is impossible or cannot be read. The text of the error is the stored reason."""

    def __init__(self, code: Reason, /, **arguments: object) -> None:
        super().__init__(reason(code, **arguments))


def reason(code: Reason, /, **arguments: object) -> str:
    """Return one reason in its stored form. Raise TypeError where the arguments are not those of the code."""
    if arguments.keys() != set(code.arguments):
        raise TypeError(f"{code} takes {code.arguments}, and is given {tuple(arguments)}")
    if not arguments:
        return str(code)
    values = {name: json_value(arguments[name]) for name in sorted(arguments, key=place_of_key)}
    return f"{code} {json.dumps(values, ensure_ascii=False)}"


def reason_of(error: Exception) -> str:
    """Return the stored reason of an error: its own where it is Wrong, else FAILED_WITH and its message."""
    return str(error) if isinstance(error, Wrong) else reason(Reason.FAILED_WITH, text=str(error))


def joined(reasons: Iterable[str | None]) -> str:
    """Return several reasons as one text, each once, in their order; empty ones are left out."""
    return LINE_END.join(dict.fromkeys(one for one in reasons if one))


def parse(text: str) -> tuple[Reason, dict[str, Any]]:
    """Return the code and the arguments of one stored reason. Raise NotAReason for any other text."""
    found = _STORED.fullmatch(text)
    if found is None or found[1] not in _CODES:
        raise NotAReason(text)
    code = Reason(found[1])
    try:
        arguments = json.loads(found[2]) if found[2] else {}
    except ValueError:
        raise NotAReason(text) from None
    if arguments.keys() != set(code.arguments):
        raise NotAReason(text)
    return code, arguments


def parse_all(text: str | None) -> list[tuple[Reason, dict[str, Any]]]:
    """Return all reasons of a stored text, in their order; none for an empty one. Raise NotAReason as `parse` does."""
    return [parse(line) for line in (text or "").split(LINE_END) if line]


def has(text: str | None, *codes: Reason) -> bool:
    """Return whether a stored text has a reason with one of these codes."""
    return any(line.partition(" ")[0] in codes for line in (text or "").split(LINE_END))


_CODES = frozenset(str(code) for code in Reason)


def place_of_key(name: str) -> tuple[int, str]:
    """Return the sort key of a name in PostgreSQL's `jsonb`: shorter keys come first."""
    return len(name), name


def json_value(value: object) -> object:
    """Return a value as a JSON number, text or null. Raise TypeError for a truth value, a float or a Decimal."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        # PostgreSQL stores neither NUL nor half of a surrogate pair.
        return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, bool | float | Decimal):
        raise TypeError(f"{value!r} is neither a whole number nor a text")
    return int(value) if hasattr(value, "__index__") else str(value)
