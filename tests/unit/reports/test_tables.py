"""Exports as a spreadsheet reads them: text stays text, money is a number, no value is ever a formula."""

from __future__ import annotations

import csv
import re
import tracemalloc
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from smena.model.errors import WrongUse
from smena.reports import spreadsheet
from smena.reports.columns import DOCUMENTS
from smena.reports.separated import write_csv
from smena.reports.spreadsheet import write_xlsx

SPACE = {"": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
NAMES = [column.name for column in DOCUMENTS]
TITLES = [column.title for column in DOCUMENTS]
DANGEROUS = [
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "\n=1",
    " =1",
    '"=1',
    "'=1",
    "=1+1",
    "+7 495",
    "-2+3",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "\t=1",
    "\r=1",
]


def a_row(**changed: Any) -> tuple[Any, ...]:
    fields = {
        "kind": "pko", "number": "0007", "date": date(2025, 3, 5), "organization_inn": "0200062117", "kpp": "020001001",
        "counterparty": "Розничные покупатели", "amount": Decimal("1234567.80"), "vat": None, "debit_account": "50.01",
        "credit_account": "90.01.1", "operation": "cash_income", "basis": "Отчёт", "status": "new", "source": "ofd",
        "kkt_reg_id": "0000000001012345", "fiscal_drive_number": "9999078900012345", "shift_number": 12,
        "fiscal_document_number": 4567, "revision": 1, "document_id": "00000000-0000-0000-0000-000000000001",
    }  # fmt: skip
    return tuple((fields | changed)[name] for name in NAMES)


def cells(file: Path) -> list[list[tuple[str, str]]]:
    """Every row of an XLSX: of each cell its type and what is in it; `formula` where it is one."""
    with ZipFile(file) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - made by us
        strings = ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314
    shared = ["".join(one.itertext()) for one in strings.iterfind("si", SPACE)]
    found = []
    for row in sheet.iterfind("sheetData/row", SPACE):
        line: dict[str, tuple[str, str]] = {}
        for cell in row.iterfind("c", SPACE):
            kind, text = cell.get("t", "n"), "".join(cell.itertext())
            if cell.find("f", SPACE) is not None:
                kind = "formula"
            if kind == "s":
                kind, text = "inlineStr", shared[int(text)]
            line[cell.get("r", "").rstrip("0123456789")] = (kind, text)
        found.append([line.get(letter, ("", "")) for letter in "ABCDEFGHIJKLMNOPQRST"])
    return found


def read_xlsx(tmp_path: Path, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, tuple[str, str]]]:
    file = tmp_path / "exported.xlsx"
    assert write_xlsx(file, DOCUMENTS, rows, sheet="Документы") == len(rows)
    head, *body = cells(file)
    assert [text for _, text in head] == TITLES
    return [dict(zip(NAMES, row, strict=True)) for row in body]


def read_csv(tmp_path: Path, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, str]]:
    file = tmp_path / "exported.csv"
    assert write_csv(file, DOCUMENTS, rows) == len(rows)
    assert file.read_bytes().startswith("\ufeff".encode())
    with file.open(encoding="utf-8-sig", newline="") as opened:
        head, *body = csv.reader(opened, delimiter=";")
    assert head == TITLES
    return [dict(zip(NAMES, row, strict=True)) for row in body]


def test_a_spreadsheet_keeps_identifiers_as_text_and_money_as_numbers(tmp_path: Path) -> None:
    (row,) = read_xlsx(tmp_path, [a_row()])
    for name, text in (
        ("number", "0007"), ("organization_inn", "0200062117"), ("kpp", "020001001"),
        ("kkt_reg_id", "0000000001012345"),
        ("fiscal_drive_number", "9999078900012345"), ("fiscal_document_number", "4567"), ("kind", "ПКО"),
        ("operation", "Приход"), ("status", "Не принят"), ("source", "Контур.ОФД"),
    ):  # fmt: skip
        assert row[name] == ("inlineStr", text)
    assert row["amount"] == ("n", "1234567.80")
    assert row["vat"] == ("", "")
    assert row["date"] == ("n", "45721")  # days since 30.12.1899


def test_the_formats_of_a_spreadsheet_are_those_of_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "exported.xlsx"
    write_xlsx(file, DOCUMENTS, [a_row(vat=Decimal("0.10"))], sheet="Документы")
    with ZipFile(file) as book:
        assert book.testzip() is None
        styles = ET.fromstring(book.read("xl/styles.xml"))  # noqa: S314 - made by us
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    own = {one.get("numFmtId"): one.get("formatCode") for one in styles.iterfind("numFmts/numFmt", SPACE)}
    known = {"4": "#,##0.00", "49": "@", **own}
    formats = [known.get(one.get("numFmtId", "")) for one in styles.iterfind("cellXfs/xf", SPACE)]
    (row,) = list(sheet.iterfind("sheetData/row", SPACE))[1:]
    found = [formats[int(cell.get("s", "0"))] for cell in row.iterfind("c", SPACE)]
    wanted = {"text": "@", "money": "#,##0.00", "date": "dd.mm.yyyy"}
    assert found == [wanted[column.kind] for column in DOCUMENTS]


def test_csv_keeps_identifiers_whole_and_writes_money_with_a_comma(tmp_path: Path) -> None:
    (row,) = read_csv(tmp_path, [a_row(vat=Decimal("0.10"))])
    assert row["number"] == "0007"
    assert row["fiscal_drive_number"] == "9999078900012345"
    assert (row["amount"], row["vat"], row["date"]) == ("1234567,80", "0,10", "05.03.2025")
    assert (row["kind"], row["status"]) == ("ПКО", "Не принят")


@pytest.mark.parametrize("name", ["counterparty", "basis", "number"])
@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_looks_like_a_formula_is_a_text(tmp_path: Path, name: str, text: str) -> None:
    (row,) = read_xlsx(tmp_path, [a_row(**{name: text})])
    assert row[name] == ("inlineStr", text.replace("\r", "_x000D_"))
    (line,) = read_csv(tmp_path, [a_row(**{name: text})])
    assert line[name] == "'" + text


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize("between", [",", ";", "|", '"', "'", "\t", "\r\n", "\n", ", ", '",', "','", ' "'])
def test_no_formula_begins_within_a_text_whatever_the_reader_takes_for_a_separator(
    tmp_path: Path, begins: str, between: str
) -> None:
    text = f"ООО Заря{between}{begins}HYPERLINK(1)"
    columns = [column.name for column in DOCUMENTS if column.kind == "text"]
    file = tmp_path / "exported.csv"
    write_csv(file, DOCUMENTS, [a_row(**{name: text}) for name in columns])
    for cell in re.split(r"[,;|\t\r\n]", file.read_text(encoding="utf-8-sig")):
        assert not cell.strip(' "').startswith(begins), cell
    parsed = read_csv(tmp_path, [a_row(counterparty=text)])[0]["counterparty"]
    assert parsed.replace("'", "") == text.replace("'", "")


def test_a_sum_below_zero_stays_a_number_in_a_csv(tmp_path: Path) -> None:
    write_csv(tmp_path / "exported.csv", DOCUMENTS, [a_row(amount=Decimal("-12.30"))])
    assert ";-12,30;" in (tmp_path / "exported.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<b>&\"'", "<b>&\"'"),
        ("two\nlines; and more", "two\nlines; and more"),
        ("\x00\x1b\ud800", "\ufffd\ufffd\ufffd"),
        ("_x0041_", "_x005F_x0041_"),
        (" spaces ", " spaces "),
        ("ё" * 40_000, "ё" * 32_767),
    ],
)
def test_whatever_a_name_holds_the_spreadsheet_can_be_opened(tmp_path: Path, text: str, value: str) -> None:
    (row,) = read_xlsx(tmp_path, [a_row(counterparty=text)])
    assert row["counterparty"] == ("inlineStr", value)


def test_no_documents_make_a_table_of_titles(tmp_path: Path) -> None:
    assert read_xlsx(tmp_path, []) == []
    assert read_csv(tmp_path, []) == []


@pytest.mark.parametrize("amount", ["0.01", "999999999999.99", "9999999999999.99"])
def test_money_survives_to_the_kopeck(tmp_path: Path, amount: str) -> None:
    (row,) = read_xlsx(tmp_path, [a_row(amount=Decimal(amount))])
    assert Decimal(row["amount"][1]) == Decimal(amount)
    assert f"{float(row['amount'][1]):.2f}" == amount  # what Excel makes of it


def test_more_rows_than_a_sheet_holds_are_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 2)
    write_xlsx(tmp_path / "two.xlsx", DOCUMENTS, [a_row()] * 2, sheet="Документы")
    with pytest.raises(WrongUse, match=r"no more than 2 rows — name a shorter period, or a \.csv"):
        write_xlsx(tmp_path / "three.xlsx", DOCUMENTS, [a_row()] * 3, sheet="Документы")


@pytest.mark.parametrize("name", ["exported.xlsx", "exported.csv"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, name: str) -> None:
    def rows(count: int) -> Iterator[tuple[Any, ...]]:
        return (a_row(number=str(place)) for place in range(count))

    def most(count: int) -> int:
        tracemalloc.start()
        try:
            if name.endswith(".csv"):
                write_csv(tmp_path / name, DOCUMENTS, rows(count))
            else:
                write_xlsx(tmp_path / name, DOCUMENTS, rows(count), sheet="Документы")
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    most(10)
    assert most(5000) < most(2000) + 500_000
