"""Reads a file of cash movements (CSV): valid lines as movements, each rejected one with its number and reason."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from smena.messages import LANGUAGES, message
from smena.model.cash import LONGEST, MOST_KOPECKS, MOVEMENTS, Movement
from smena.model.identifiers import KPP
from smena.model.money import kopecks
from smena.model.reason_text import Wrong
from smena.model.reasons import Reason

COLUMNS = ("day", "word", "amount", "number", "counterparty", "account", "basis", "kpp")
"""The names of the columns in this program; a file may name them in Russian or English, in any order."""

NEEDED = ("day", "word", "amount")
MOST_LINES = 1000
"""The most movements in a file, because the organisation is locked while they are entered."""

_SEPARATORS = ";\t,"
_BLANKS = re.compile(r"[\s\u00a0\u202f]+")
_RUSSIAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A rejected line: its number in the file, counted from 1, and the stored reason."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The contents of a file: movements with the numbers of their lines, and the rejected lines."""

    movements: Sequence[tuple[int, Movement]]
    bad: Sequence[BadLine]


def read_cash_file(content: bytes, *, kpp: str) -> ReadFile:
    """Read a file in UTF-8 or Windows-1251, separated by `;`, tabs or `,`; the first line names the columns.

    Args:
        kpp: that of the cash book, for lines that name none.

    Raise Wrong where the whole file is refused: it is not text, a required column is absent, or it has more lines than
    MOST_LINES.
    """
    rows = _rows(_text(content))
    if not rows:
        raise Wrong(Reason.CASH_FILE_UNREADABLE)
    number, head = rows[0]
    columns = [_column(title) for title in head]
    lacking = [name for name in NEEDED if name not in columns]
    if lacking or len(set(columns) - {None}) != len([one for one in columns if one]):
        raise Wrong(Reason.CASH_FILE_LACKS, text=", ".join(_title(name) for name in lacking or NEEDED))
    movements: list[tuple[int, Movement]] = []
    bad: list[BadLine] = []
    seen: Counter[str] = Counter()
    for number, cells in rows[1:]:
        given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
        try:
            _check_length(cells, columns)
            movement = movement_of({"kpp": kpp} | {name: text for name, text in given.items() if text})
        except Wrong as wrong:
            bad.append(BadLine(number, str(wrong)))
            continue
        digest = _digest(movement)
        seen[digest] += 1
        # The same movement twice in one file is two movements; the same file again adds none.
        key = hashlib.sha256(f"{digest} {seen[digest]}".encode()).hexdigest()
        movements.append((number, replace(movement, import_key=key)))
    return ReadFile(movements, bad)


def movement_of(given: Mapping[str, str]) -> Movement:
    """Return a movement made from texts by the names of COLUMNS. Raise Wrong for the first invalid one."""
    word = _word(given.get("word", ""))
    texts = {name: " ".join(given.get(name, "").replace("\0", "").split()) for name in LONGEST}
    for name, text in texts.items():
        if len(text) > LONGEST[name]:
            raise Wrong(Reason.CASH_TEXT_TOO_LONG, text=_title(name))
    texts["account"] = texts["account"] or MOVEMENTS[word][1]
    if not texts["account"]:
        raise Wrong(Reason.CASH_ACCOUNT_NEEDED)
    return Movement(word, day_of(given.get("day", "")), sum_of(given.get("amount", "")), kpp_of(given["kpp"]), **texts)


def day_of(text: str) -> date:
    """Return the day in `2025-01-31` or `31.01.2025`. Raise Wrong for any other text."""
    try:
        found = _RUSSIAN_DAY.fullmatch(text)
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
        if date(2000, 1, 1) <= day <= date(2100, 1, 1):
            return day
    except ValueError:
        pass
    raise Wrong(Reason.CASH_DAY_CANNOT_BE, text=text)


def sum_of(text: str, *, least: int = 1) -> int:
    """Return `1 234,56` as kopecks, at least `least`. Raise Wrong for a negative sum or a part of a kopeck."""
    try:
        amount = kopecks(Decimal(_BLANKS.sub("", text).replace(",", ".")))
        if least <= amount <= MOST_KOPECKS:
            return amount
    except (InvalidOperation, ValueError):
        pass
    raise Wrong(Reason.CASH_SUM_CANNOT_BE, text=text)


def kpp_of(text: str) -> str:
    """Return a КПП, or an empty text. Raise Wrong for any other text."""
    if text and not KPP.fullmatch(text):
        raise Wrong(Reason.CASH_KPP_CANNOT_BE, text=text)
    return text


def _word(text: str) -> str:
    wanted = " ".join(text.casefold().split())
    for word in MOVEMENTS:
        names = {word, *(message(f"movement_{word}", language, context="page").casefold() for language in LANGUAGES)}
        if wanted in names:
            return word
    raise Wrong(Reason.CASH_WORD_UNKNOWN, text=text)


def _column(title: str) -> str | None:
    wanted = " ".join(title.casefold().split())
    for name in COLUMNS:
        if wanted in {name, *(_title(name, language).casefold() for language in LANGUAGES)}:
            return name
    return None


def _title(name: str, language: str = "ru") -> str:
    return message(f"cash_column_{name}", language, context="page")


def _text(content: bytes) -> str:
    for codec in ("utf-8-sig", "cp1251"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Wrong(Reason.CASH_FILE_UNREADABLE)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The lines that are not empty, with their numbers, split at the separator of the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                # The first names the columns.
                if len(rows) > MOST_LINES:
                    raise Wrong(Reason.CASH_FILE_TOO_LONG, most=MOST_LINES)
                rows.append((begins, cells))
            # A cell in quotes may hold line ends: the next row begins after them.
            begins = reader.line_num + 1
    except csv.Error:
        raise Wrong(Reason.CASH_FILE_UNREADABLE) from None
    return rows


def _check_length(cells: Sequence[str], columns: Sequence[str | None]) -> None:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise Wrong(Reason.CASH_LINE_TOO_LONG)


def _digest(movement: Movement) -> str:
    row = movement.as_row()
    del row["import_key"]
    return hashlib.sha256(json.dumps(row, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
