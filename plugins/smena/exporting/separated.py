"""Rows into a CSV file as Excel reads it under a Russian system: `;`, a comma in money, UTF-8 with BOM."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import starmap
from pathlib import Path
from typing import Any

from smena.exporting.columns import TRANSLATED, WORDS, Column

SEPARATOR = ";"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(file: Path, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> int:
    """Writes the rows and says how many they were.

    A text that a spreadsheet would take for a formula gets an apostrophe before it. A row has a value for each column:
    text or a whole number, Decimal roubles, a date, None for nothing.
    """
    written = 0
    told = [_teller(column) for column in columns]
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened, delimiter=SEPARATOR)
        writer.writerow([column.title for column in columns])
        for values in rows:
            writer.writerow(starmap(_call, zip(told, values, strict=True)))
            written += 1
    return written


def _call(tell: Callable[[Any], str], value: Any) -> str:
    return "" if value is None else tell(value)


def _teller(column: Column) -> Callable[[Any], str]:
    if column.name in TRANSLATED:
        return lambda value: WORDS.get(value, value)
    return {"text": _text, "money": _money, "date": _day}[column.kind]


def _text(value: Any) -> str:
    text = str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def _money(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def _day(value: Any) -> str:
    return f"{value:%d.%m.%Y}"
