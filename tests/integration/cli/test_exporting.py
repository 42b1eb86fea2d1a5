"""`smena export`: the documents of accounting as a table."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from smena.reports.columns import DOCUMENTS, words
from smena.warehouse.database import Warehouse
from tests.integration.cli.shop import FIRST, LAST, Shop
from tests.invented import ROMASHKA
from tests.unit.reports.test_tables import NAMES, TITLES, cells


def exported(shop: Shop, file: Path, *words: str, first: date = FIRST, last: date = LAST) -> list[dict[str, str]]:
    """The rows of the table, by the names of the columns."""
    done = shop.cli.here(
        "export", "--inn", shop.inn, "--from", str(first), "--to", str(last), "--out", str(file), *words, "--json"
    )
    assert (done.code, done.err) == (0, "")
    if file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as opened:
            head, *body = csv.reader(opened, delimiter=";")
    else:
        head, *body = ([text for _, text in row] for row in cells(file))
    assert head == TITLES
    assert (done.data["documents"], done.data["bytes"]) == (len(body), file.stat().st_size)
    return [dict(zip(NAMES, row, strict=True)) for row in body]


@pytest.mark.parametrize("name", ["exported.csv", "exported.xlsx"])
def test_the_table_has_what_is_in_accounting(loaded: Shop, tmp_path: Path, name: str) -> None:
    orders = {str(order["document_id"]): order for order in loaded.town.orders()}
    shifts = {shift["shift_id"]: shift for shift in loaded.town.shifts()}
    rows = exported(loaded, tmp_path / name)
    assert {row["document_id"] for row in rows} == set(orders)
    for row in rows:
        order = orders[row["document_id"]]
        shift = shifts[order["shift_id"]]
        assert Decimal(row["amount"].replace(",", ".")) == order["amount"]
        # Known where all was paid in cash, and blank where it is not.
        assert (Decimal(row["vat"].replace(",", ".")) if row["vat"] else None) == order["vat"]
        assert (row["kind"], row["operation"]) == (words()[order["kind"]], words()[order["operation"]])
        for key in ("number", "organization_inn", "kpp", "counterparty", "debit_account", "credit_account", "basis"):
            assert row[key] == str(order[key])
        for key in ("kkt_reg_id", "fiscal_drive_number", "shift_number", "fiscal_document_number"):
            assert row[key] == str(shift[key])
        day = f"{order['date']:%d.%m.%Y}" if name.endswith("csv") else str((order["date"] - date(1899, 12, 30)).days)
        assert row["date"] == day


def test_an_export_is_of_one_period_and_one_kind(loaded: Shop, tmp_path: Path) -> None:
    day = FIRST + timedelta(days=2)
    wanted = {str(one["document_id"]) for one in loaded.town.orders() if one["kind"] == "rko" and one["date"] >= day}
    rows = exported(loaded, tmp_path / "exported.csv", "--kind", "rko", first=day)
    assert {row["document_id"] for row in rows} == wanted != set()


def test_the_columns_of_the_statement_are_those_of_the_table(warehouse: Warehouse) -> None:
    with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        from smena.warehouse.sql import query

        fields = dict.fromkeys(
            ("inn", "first_day", "last_day", "kind", "status", "source", "kpp", "number", "sales_point")
        )
        cursor.execute(query("export_documents"), fields)
        assert [column.name for column in cursor.description or ()] == [column.name for column in DOCUMENTS]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--out", "exported.pdf"), "exported.pdf is neither .xlsx nor .csv"),
        (("--out", "/nowhere/exported.csv"), "cannot be written"),
        (("--out", "exported.csv", "--to", "2024-01-01"), "after"),
        (("--out", "exported.csv", "--inn", ROMASHKA), ROMASHKA),
    ],
)
def test_what_cannot_be_exported_is_wrong_use(
    loaded: Shop, tmp_path: Path, words: tuple[str, ...], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = loaded.cli.here("export", "--inn", loaded.inn, "--from", str(FIRST), "--to", str(LAST), *words)
    assert (done.code, done.out) == (2, "")
    assert why in done.error
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_breaks_off_leaves_the_former_file_as_it_was(loaded: Shop, tmp_path: Path) -> None:
    file = tmp_path / "exported.csv"
    file.write_text("former", encoding="utf-8")
    (tmp_path / "exported.csv.part").mkdir()
    done = loaded.cli.here("export", "--inn", loaded.inn, "--from", str(FIRST), "--to", str(LAST), "--out", str(file))
    assert done.code == 2
    assert file.read_text(encoding="utf-8") == "former"
