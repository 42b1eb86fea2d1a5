"""Tables of the command line, drawn by rich: wrapped to a terminal's width, elsewhere one line per row for programs."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from smena.cli.answer import without_controls

_BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_UNLIMITED = 1_000_000
"""Characters per line: no table is wider, so no cell is wrapped."""


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """Return rows as an aligned table, numbers to the right; `columns` maps keys to titles. Empty without rows.

    On a terminal the table has the terminal's width and long cells are wrapped. Elsewhere each row is one line.
    """
    if not rows:
        return ""
    cells = {key: [_cell(row[key]) for row in rows] for key in columns}
    numeric = {
        key: all(row[key] is None or isinstance(row[key], int | float | Decimal) for row in rows) for key in columns
    }
    is_terminal = sys.stdout.isatty()
    if is_terminal:
        return _drawn(columns, numeric, zip(*cells.values(), strict=True), shutil.get_terminal_size().columns)
    # Nothing wraps here, so each column can be drawn as one cell of many lines, which takes half the time.
    blocks = ["\n".join(column) for column in cells.values()]
    return _drawn(columns, numeric, [blocks], _UNLIMITED)


def _cell(value: object) -> str:
    return "" if value is None else without_controls(_BREAKS.sub(" ", str(value)))


def _drawn(columns: Mapping[str, str], numeric: Mapping[str, bool], lines: Iterable[Sequence[str]], width: int) -> str:
    # Imported here because JSON answers do not need it.
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    for key, title in columns.items():
        is_number = numeric[key]
        # Text, because rich would read brackets in a name as markup.
        drawn.add_column(
            Text(title),
            justify="right" if is_number else "left",
            no_wrap=is_number or width == _UNLIMITED,
            overflow="fold",
        )
    for line in lines:
        drawn.add_row(*map(Text, line))
    # No colours, because `Session.answer` removes control characters, which names in the table may contain.
    console = Console(width=width, color_system=None)
    with console.capture() as written:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in written.get().removesuffix("\n").split("\n"))
