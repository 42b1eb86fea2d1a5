"""Rows into an XLSX file.

XlsxWriter makes the workbook: its parts, formats, titles and one row to learn the formats from. The rows are written
into its sheet here: at a call a cell a hundred thousand of them take it half a minute, this takes a few seconds.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from smena.model.errors import WrongUse
from smena.reports.columns import TRANSLATED, Column, words

MOST_ROWS = 1_048_575
"""Rows that a sheet of Excel holds under its titles."""
_LONGEST_TEXT = 32_767
_CHUNK_ROWS = 1000
_SHEET_FILE = "xl/worksheets/sheet1.xml"
_END = b"</sheetData>"
_FIRST_ROW = re.compile(rb'<row r="2".*?</row>', re.DOTALL)
# It would tell of the two rows that the library knows of; a sheet may do without it.
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
_STYLE = re.compile(rb'<c r="([A-Z]+)2"(?: s="(\d+)")?')
_EPOCH = date(1899, 12, 30)
# What XML cannot hold; a half of a surrogate pair is such a thing too.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

Cell = Callable[[Any], str]


def write_xlsx(file: Path, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, sheet: str) -> int:
    """Writes the rows and says how many they were. Text is text whatever it begins with: there is never a formula.

    A row has a value for each column: text or a whole number, Decimal roubles, a date, None for nothing.
    Raises WrongUse where there are more of them than a sheet holds.
    """
    written = 0
    with (
        ZipFile(io.BytesIO(_workbook(columns, sheet))) as made,
        ZipFile(file, "w", ZIP_DEFLATED, compresslevel=3) as book,
    ):
        for part in made.infolist():
            content = made.read(part)
            if part.filename != _SHEET_FILE:
                book.writestr(part, content)
                continue
            head, _, tail = content.partition(_END)
            tellers = _tellers(columns, head)
            with book.open(part, "w", force_zip64=True) as opened:
                opened.write(_DIMENSION.sub(b"", _FIRST_ROW.sub(b"", head)))
                for chunk in _lines(rows, tellers):
                    written += len(chunk)
                    if written > MOST_ROWS:
                        raise WrongUse(
                            f"a sheet holds no more than {MOST_ROWS} rows", fix="name a shorter period, or a .csv"
                        )
                    opened.write("".join(chunk).encode())
                opened.write(_END + tail)
    return written


def _workbook(columns: Sequence[Column], name: str) -> bytes:
    """A workbook with its titles, and a second row that has the format of each column."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet(name)
        title = book.add_format({"bold": True, "bottom": 1})
        formats = {
            "money": book.add_format({"num_format": "#,##0.00"}),
            "date": book.add_format({"num_format": "dd.mm.yyyy"}),
            "text": book.add_format({"num_format": "@"}),
        }
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.title, title)
            sheet.write_number(1, place, 0, formats[column.kind])
    return made.getvalue()


def _tellers(columns: Sequence[Column], head: bytes) -> list[tuple[str, str, Cell]]:
    """For each column: what stands before a row's number, what behind it, and how a value is told."""
    found = _FIRST_ROW.search(head)
    styles = dict(_STYLE.findall(found.group() if found else b""))
    tellers: list[tuple[str, str, Cell]] = []
    for place, column in enumerate(columns):
        letters = xl_col_to_name(place)
        style = styles[letters.encode()].decode()
        kind = ' t="inlineStr"' if column.kind == "text" else ""
        cell = _word if column.name in TRANSLATED else {"text": _text, "money": _money, "date": _day}[column.kind]
        tellers.append((f'<c r="{letters}', f'" s="{style}"{kind}>', cell))
    return tellers


def _lines(rows: Iterable[Sequence[Any]], tellers: Sequence[tuple[str, str, Cell]]) -> Iterable[list[str]]:
    """The rows as XML, some at a time."""
    number, source = 1, iter(rows)
    for first in source:
        chunk: list[str] = []
        for values in chain((first,), islice(source, _CHUNK_ROWS - 1)):
            number += 1
            cells = [
                f"{before}{number}{behind}{write(value)}</c>"
                for (before, behind, write), value in zip(tellers, values, strict=True)
                if value is not None
            ]
            chunk.append(f'<row r="{number}">{"".join(cells)}</row>')
        yield chunk


def _text(value: Any) -> str:
    text = str(value)[:_LONGEST_TEXT]
    if not text.isalnum():
        text = _UNWRITABLE.sub("\ufffd", _ESCAPED.sub("_x005F_", text))
        text = escape(text).replace("\r", "_x000D_")
    return f'<is><t xml:space="preserve">{text}</t></is>'


def _word(value: Any) -> str:
    return f"<is><t>{escape(words().get(value, value))}</t></is>"


def _money(value: Any) -> str:
    return f"<v>{value:.2f}</v>"


def _day(value: date) -> str:
    return f"<v>{(value - _EPOCH).days}</v>"
