"""How a reason is stored: its code and its arguments as one text.

One reason is `code`, or `code {"argument": value, …}`: a code, a space, and a JSON object as PostgreSQL writes a
`jsonb` (`'before_start ' || jsonb_build_object('day', day)::text` is the same text; without the cast PostgreSQL takes
the literal for a `jsonb`). Several reasons are one text too, one a line: JSON escapes a line end inside a value, so
lines can be joined and split as they are (`string_agg` by `chr(10)`).

    correction_of_earlier_day
    before_start {"day": "2025-01-01"}

What an argument holds is known by its name:

- `amount`: kopecks, a whole number;
- `day`: `2025-01-31`; `moment`: `2025-01-31T10:00:00`, local time of a register; `time`: `10:00`, its hour and minute;
- `reason`: another text of this form;
- a name of `COUNTS`: a whole number that is counted, so that its noun takes the plural that fits;
- `what`: what a value is called, a name of `smena.messages` or the service's own; `word`: what a person answered;
- any other: a number or a text, shown as it is.

An argument that is not known is null, and shown as a dash.
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
"""Names of arguments that are counted."""

_STORED = re.compile(r"([a-z][a-z0-9_]*)(?: (\{.*\}))?")


class NotAReason(ValueError):
    """A text that is no stored reason: what a person typed, or a code that this release does not know."""


class Wrong(ValueError):
    """What a service gives cannot be right, or cannot be read. Its text is the stored reason."""

    def __init__(self, code: Reason, /, **arguments: object) -> None:
        super().__init__(reason(code, **arguments))


def reason(code: Reason, /, **arguments: object) -> str:
    """One reason as it is stored. Raises TypeError where the arguments are not those of the code."""
    if arguments.keys() != set(code.arguments):
        raise TypeError(f"{code} takes {code.arguments}, and is given {tuple(arguments)}")
    if not arguments:
        return str(code)
    values = {name: json_value(arguments[name]) for name in sorted(arguments, key=place_of_key)}
    return f"{code} {json.dumps(values, ensure_ascii=False)}"


def reason_of(error: Exception) -> str:
    """The stored reason of an error: its own where it is Wrong, else what it says."""
    return str(error) if isinstance(error, Wrong) else reason(Reason.FAILED_WITH, text=str(error))


def joined(reasons: Iterable[str | None]) -> str:
    """Several reasons as one text, each once, in their order; empty ones are left out."""
    return LINE_END.join(dict.fromkeys(one for one in reasons if one))


def parse(text: str) -> tuple[Reason, dict[str, Any]]:
    """The code and the arguments of one stored reason. Raises NotAReason for any other text."""
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
    """All reasons of a stored text, in their order; none of an empty one. Raises NotAReason as `parse` does."""
    return [parse(line) for line in (text or "").split(LINE_END) if line]


def has(text: str | None, *codes: Reason) -> bool:
    """Whether one of these codes is among the reasons of a stored text."""
    return any(line.partition(" ")[0] in codes for line in (text or "").split(LINE_END))


_CODES = frozenset(str(code) for code in Reason)


def place_of_key(name: str) -> tuple[int, str]:
    """Where PostgreSQL puts a key of a `jsonb`: the shorter first."""
    return len(name), name


def json_value(value: object) -> object:
    """A value as JSON has it."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        # As PostgreSQL can keep it: neither NUL nor half of a surrogate pair.
        return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, bool | float | Decimal):
        raise TypeError(f"{value!r} is neither a whole number nor a text")
    return int(value) if hasattr(value, "__index__") else str(value)
