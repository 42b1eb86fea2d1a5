"""`smena print` and `smena cash-book`: cash documents as PDF."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.files import FILE, write_file
from smena.cli.parameters import DAY, document_id_of, inn_option
from smena.mandates.organizations import organization_of
from smena.model.errors import WrongUse
from smena.model.money import kopecks, roubles, written
from smena.reads.cash_sheet import sheet_of
from smena.reads.documents import printed
from smena.warehouse.database import Warehouse

out_option = click.option("--out", "file", type=FILE, required=True, help="Where to write the PDF.")


class _Money(click.ParamType[int]):
    """An option in roubles (`5000.00`) that the command gets in kopecks."""

    name = "roubles"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            amount = kopecks(Decimal(value.replace(",", ".")))
        except (InvalidOperation, ValueError):
            self.fail(f"{value!r} is not a sum like 5000.00", param, ctx)
        if amount < 0:
            self.fail(f"{value!r} is below nothing", param, ctx)
        return amount


MONEY = _Money()


@click.command("print")
@click.argument("document_id")
@out_option
@click.pass_obj
def print_(session: Session, *, document_id: str, file: Path) -> None:
    """Print a cash order: a ПКО by form КО-1 with its quittance, an РКО by form КО-2."""
    # The library of PDF is heavy: other commands do without it.
    from smena.reports.form import order_on_paper

    identity = document_id_of(document_id)
    row = printed(Warehouse(warehouse_from_environment()), identity)
    if row is None:
        raise WrongUse(f"there is no cash order {identity}", fix="`smena documents` lists them")
    content = order_on_paper(row)
    write_file(file, content)
    fields = {name: row[name] for name in ("document_id", "kind", "number", "date", "amount")}
    text = f"{row['kind'].upper()} № {row['number']} of {row['date']}, {written(row['amount'])} ₽: {file}"
    session.answer(fields | _written(file, content), text)


@click.command("cash-book")
@inn_option
@click.option("--kpp", help="КПП: a cash book is of an ИНН and a КПП; that of the organisation without it.")
@click.option("--date", "day", type=DAY, required=True, help="The day of the sheet.")
@click.option(
    "--balance", type=MONEY, help="Cash at the day's beginning, roubles, where the book has no opening balance."
)
@out_option
@click.pass_obj
def cash_book(session: Session, *, inn: str, kpp: str | None, day: date, balance: int | None, file: Path) -> None:
    """Print the sheet of the cash book for a day, form КО-4."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        book = organization_of(transaction, inn).kpp if kpp is None else kpp
        sheet = sheet_of(transaction, inn, book, day)
        if sheet is None:
            known = transaction.row("print_cash_books", inn=inn, kpp=book)
            why = f"no cash moved on {day}: no sheet is made" if known else f"{inn} has no cash book of КПП {book!r}"
            raise WrongUse(why, fix="`smena documents` lists what there is")
    if balance is not None:
        if sheet.opening_kopecks not in (None, balance):
            raise WrongUse(
                f"the book itself has {written(roubles(sheet.opening_kopecks or 0))} ₽ at the beginning of {day}",
                fix="leave --balance out, or mend the opening balance with `smena cash open`",
            )
        sheet = replace(sheet, opening_kopecks=balance)

    from smena.reports.cash_book import print_cash_book

    content = print_cash_book(sheet)
    write_file(file, content)
    received, given, closing = sheet.turnover("pko"), sheet.turnover("rko"), sheet.closing_kopecks
    lines = [
        f"cash book {inn} / {book or '—'}, {day}: {len(sheet.entries)} entries, "
        f"received {written(roubles(received))} ₽, given out {written(roubles(given))} ₽"
        + (f", at the end {written(roubles(closing))} ₽" if closing is not None else ""),
        *(["more was given out than there was: look at the balance"] if closing is not None and closing < 0 else []),
        str(file),
    ]
    data = {
        "organization_inn": inn,
        "kpp": book,
        "date": day,
        "entries": len(sheet.entries),
        "received": roubles(received),
        "given": roubles(given),
        "opening_balance": None if sheet.opening_kopecks is None else roubles(sheet.opening_kopecks),
        "closing_balance": None if closing is None else roubles(closing),
    }
    session.answer(data | _written(file, content), "\n".join(lines), waits=closing is not None and closing < 0)


def _written(file: Path, content: bytes) -> dict[str, Any]:
    return {"file": str(file), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
