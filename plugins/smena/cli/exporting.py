"""`smena export`: documents of an organisation and a period, as a table for the accountant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.files import FILE
from smena.cli.parameters import DAY, inn_option
from smena.mandates.organizations import organization_of
from smena.model.errors import WrongUse
from smena.model.window import Window
from smena.reads.documents import KINDS, Filter, exported
from smena.warehouse.database import Warehouse

_FORMATS = (".xlsx", ".csv")


@click.command()
@inn_option
@click.option("--from", "first_day", type=DAY, required=True, help="The first day.")
@click.option("--to", "last_day", type=DAY, required=True, help="The last day, inclusive.")
@click.option("--kind", type=click.Choice(KINDS), help="Only documents of this kind.")
@click.option(
    "--out", "file", type=FILE, required=True, help="FILE.xlsx or FILE.csv (`;`, decimal comma, UTF-8 with BOM)."
)
@click.pass_obj
def export(session: Session, *, inn: str, first_day: date, last_day: date, kind: str | None, file: Path) -> None:
    """Documents and cash orders as XLSX or CSV, by the name of the file."""
    Window(first_day, last_day)
    if file.suffix.lower() not in _FORMATS:
        raise WrongUse(f"{file.name} is neither .xlsx nor .csv", fix="name the file by what it is to be")
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        organization_of(transaction, inn)
        written = _write(file, exported(transaction, Filter(inn, first_day, last_day, kind)))
    data = {"file": str(file), "documents": written, "bytes": file.stat().st_size}
    session.answer(data, f"{written} documents: {file}")


def _write(file: Path, rows: Iterable[Sequence[Any]]) -> int:
    """Whole or not at all: the file appears when its last row is in it."""
    # The library of spreadsheets is of no use to other commands.
    from smena.reports.columns import DOCUMENTS, sheet_name
    from smena.reports.separated import write_csv
    from smena.reports.spreadsheet import write_xlsx

    part = file.with_name(file.name + ".part")
    try:
        if file.suffix.lower() == ".xlsx":
            written = write_xlsx(part, DOCUMENTS, rows, sheet=sheet_name())
        else:
            written = write_csv(part, DOCUMENTS, rows)
        part.replace(file)
    except OSError as error:
        raise WrongUse(f"{file} cannot be written: {error.strerror}", fix="name another place") from None
    finally:
        if part.is_file():
            part.unlink()
    return written
