"""What a command answers: one JSON object, or a text for a person, and an exit code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import click

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
            click.echo(text)
        if waits:
            raise SystemExit(WAITS)


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """Rows as an aligned text table; `columns` maps a key to its title. Numbers stand right."""
    if not rows:
        return ""
    cells = [[("" if row[key] is None else str(row[key])) for key in columns] for row in rows]
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
