"""Write rows to an XLSX file.

XlsxWriter makes the workbook, its formats, the titles and one sample row that shows the style of each column. This
module writes the rows into the sheet's XML: XlsxWriter, which takes a call per cell, needs half a minute for a hundred
thousand rows, this a few seconds.
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
"""Rows of a sheet of Excel (2^20) without the row of titles."""
_LONGEST_TEXT = 32_767
_CHUNK_ROWS = 1000
_SHEET_FILE = "xl/worksheets/sheet1.xml"
_END = b"</sheetData>"
_FIRST_ROW = re.compile(rb'<row r="2".*?</row>', re.DOTALL)
# Removed, because the library counts only its two rows; the element is optional.
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
_STYLE = re.compile(rb'<c r="([A-Z]+)2"(?: s="(\d+)")?')
_EPOCH = date(1899, 12, 30)
# Characters that XML does not allow, halves of surrogate pairs included.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

Cell = Callable[[Any], str]


def write_xlsx(file: Path, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, sheet: str) -> int:
    """Write the rows and return their number. Text is never read as a formula, whatever it begins with.

    A row has a value for each column: text or a whole number, Decimal roubles, a date, None for nothing.
    Raises WrongUse where there are more than MOST_ROWS.
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
    """Return a workbook with the titles and a second row that has the format of each column."""
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
    """Return for each column the XML before and after the row's number, and the function that writes a value."""
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
    """Yield the rows as XML, up to _CHUNK_ROWS at a time."""
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
