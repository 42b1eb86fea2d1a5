"""Write rows to a CSV file as Excel reads it under a Russian system: `;`, a comma in money, UTF-8 with BOM.

No text becomes a formula, whichever separator the reader uses (OWASP, CSV injection): every text is quoted, and an
apostrophe precedes each character that begins a formula at a place where a reader could begin a cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import starmap
from pathlib import Path
from typing import Any

from smena.reports.columns import TRANSLATED, Column, words

SEPARATOR = ";"
# Some programs read the full-width forms of `=`, `+`, `-` and `@` as these characters.
_BEGINS_FORMULA = "=+@\uff1d\uff0b\uff0d\uff20-"
_BLANK_START = re.compile(r"[\s\"']*")
_INNER_FORMULA = re.compile(rf"([,;|\"'\t\r\n]\s*)(?=[{_BEGINS_FORMULA}])")


def write_csv(file: Path, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> int:
    """Write the rows and return their number.

    A row has a value for each column: text or a whole number, Decimal roubles, a date, None for nothing.
    """
    written = 0
    writers = [_teller(column) for column in columns]
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        opened.write(_line(_quoted(column.title) for column in columns))
        for values in rows:
            opened.write(_line(starmap(_call, zip(writers, values, strict=True))))
            written += 1
    return written


def _line(cells: Iterable[str]) -> str:
    return SEPARATOR.join(cells) + "\r\n"


def _call(write: Callable[[Any], str], value: Any) -> str:
    return "" if value is None else write(value)


def _teller(column: Column) -> Callable[[Any], str]:
    if column.name in TRANSLATED:
        return lambda value: _text(words().get(value, value))
    return {"text": _text, "money": _money, "date": _day}[column.kind]


def _text(value: Any) -> str:
    text = str(value)
    return _quoted(text if text.isalnum() else _without_formulas(text))


def _without_formulas(text: str) -> str:
    """Return the text with an apostrophe before each place at which a formula could begin."""
    start = _BLANK_START.match(text)
    place = start.end() if start else 0
    is_formula = text[place : place + 1] in tuple(_BEGINS_FORMULA) or text.startswith(("\t", "\r", "\n"))
    return ("'" if is_formula else "") + text[:place] + _INNER_FORMULA.sub(r"\1'", text[place:])


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _money(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def _day(value: Any) -> str:
    return f"{value:%d.%m.%Y}"
