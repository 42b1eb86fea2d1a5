"""What a command answers: one JSON object, or a text for a person, and an exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import click

from smena.model.money import written

# What names and reasons of other people hold moves no cursor and colours no terminal.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")

WAITS = 1
"""Exit code: done, but something waits for a person."""


@dataclass
class Session:
    """The choices that hold for every command."""

    as_json: bool = False
    debug: bool = False

    def answer(self, data: Mapping[str, Any], text: str, *, waits: bool = False) -> None:
        """Prints the answer and ends the command: exit code 0, or 1 where something waits for a person."""
        if self.as_json:
            click.echo(json.dumps(dict(data), ensure_ascii=False, default=str))
        elif text:
            click.echo(_CONTROL.sub("\ufffd", text))
        if waits:
            raise SystemExit(WAITS)


def roubles_text(amount: Decimal | None) -> str:
    """A sum as a person reads it; where none is told, that."""
    return "amount not told" if amount is None else f"{written(amount)} ₽"


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """Rows as an aligned text table; `columns` maps a key to its title. Numbers stand right."""
    if not rows:
        return ""
    cells = [[("" if row[key] is None else _BREAKS.sub(" ", str(row[key]))) for key in columns] for row in rows]
    titles = list(columns.values())
    widths = [max(len(title), *(len(line[i]) for line in cells)) for i, title in enumerate(titles)]
    numeric = [all(row[key] is None or isinstance(row[key], int | float | Decimal) for row in rows) for key in columns]
    lines = [titles, ["─" * width for width in widths], *cells]
    return "\n".join(
        "  ".join(
            cell.rjust(w) if n else cell.ljust(w) for cell, w, n in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )
