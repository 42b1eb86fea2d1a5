"""What a command answers: one JSON object, or a text for a person, and an exit code."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
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
            click.echo(json.dumps(dict(data), ensure_ascii=False, default=_for_json))
        elif text:
            click.echo(without_controls(text))
        if waits:
            raise SystemExit(WAITS)


def without_controls(text: str) -> str:
    """The text without what moves a terminal's cursor or colours it."""
    return _CONTROL.sub("\ufffd", text)


def _for_json(value: object) -> str | float:
    """Days and moments by ISO 8601, durations in seconds; money and identifiers as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)


def roubles_text(amount: Decimal | None) -> str:
    """A sum as a person reads it; where none is known, that."""
    return "no amount is known" if amount is None else f"{written(amount)} ₽"


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """Rows as an aligned table, numbers to the right; `columns` maps a key to its title.

    On a terminal it is drawn to the terminal's width, long cells wrapped; elsewhere each row is one line of plain text.
    """
    if not rows:
        return ""
    cells = [[("" if row[key] is None else _BREAKS.sub(" ", str(row[key]))) for key in columns] for row in rows]
    titles = list(columns.values())
    numeric = [all(row[key] is None or isinstance(row[key], int | float | Decimal) for row in rows) for key in columns]
    if sys.stdout.isatty():
        return _drawn(cells, titles, numeric)
    widths = [max(len(title), *(len(line[i]) for line in cells)) for i, title in enumerate(titles)]
    lines = [titles, ["─" * width for width in widths], *cells]
    return "\n".join(
        "  ".join(
            cell.rjust(w) if n else cell.ljust(w) for cell, w, n in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


def _drawn(cells: Sequence[Sequence[str]], titles: Sequence[str], numeric: Sequence[bool]) -> str:
    # Imported here: a program that reads JSON need not wait for it.
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title, is_number in zip(titles, numeric, strict=True):
        drawn.add_column(title, justify="right" if is_number else "left", no_wrap=is_number, overflow="fold")
    for line in cells:
        # Text, not markup: a name may hold brackets.
        drawn.add_row(*(Text(cell) for cell in line))
    console = Console(width=shutil.get_terminal_size().columns)
    with console.capture() as written:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in written.get().splitlines())
