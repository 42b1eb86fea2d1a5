"""`smena explain`: trace a document or a shift down to the response bytes, or a fiscal document up to the books."""

from __future__ import annotations

from pathlib import Path

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.files import FILE, write_file
from smena.cli.lineage_text import lineage_text, page_text, trace_text
from smena.cli.parameters import document_id_of
from smena.model.errors import WrongUse
from smena.warehouse.database import Warehouse
from smena.warehouse.lineage import lineage_of, page_of

_LONGEST_DRIVE = 16


@click.command()
@click.argument("document_id", required=False)
@click.option("--fiscal-drive", "drive", metavar="ФН", help="Of a fiscal document: what became of it.")
@click.option("--document", "number", type=click.IntRange(1, 2**32 - 1), metavar="ФД", help="Its number.")
@click.option("--page", "page_id", type=click.IntRange(min=1), help="Writes a stored answer, byte for byte, to --out.")
@click.option("--out", "file", type=FILE, help="Where to write it.")
@click.pass_obj
def explain(
    session: Session,
    *,
    document_id: str | None,
    drive: str | None,
    number: int | None,
    page_id: int | None,
    file: Path | None,
) -> None:
    """The whole lineage of a document or a shift: answers, checks, batches, runs, revisions, decisions.

    DOCUMENT_ID may also be the id of a shift. --fiscal-drive and --document show what became of a fiscal document;
    --page and --out write the response bytes to a file.
    """
    if sum((document_id is not None, drive is not None or number is not None, page_id is not None)) != 1:
        raise WrongUse("name one thing: DOCUMENT_ID, or --fiscal-drive and --document, or --page and --out")
    if (drive is None) != (number is None) or (page_id is None) != (file is None):
        raise WrongUse("--fiscal-drive goes with --document, --page with --out")
    if document_id is not None:
        document_id = document_id_of(document_id)
    if drive is not None:
        drive = _checked_drive(drive)
    warehouse = Warehouse(warehouse_from_environment())
    if drive is not None and number is not None:
        from smena.warehouse.document_trace import trace_of

        with warehouse.transaction() as transaction:
            trace = trace_of(transaction, drive, number)
        session.answer(trace.as_dict(), trace_text(trace), waits=trace.waits)
    elif page_id is not None and file is not None:
        with warehouse.transaction() as transaction:
            page = page_of(transaction, page_id)
        write_file(file, page.body)
        session.answer(page.row | {"file": str(file)}, f"{page_text(page.row)}: {file}")
    elif document_id is not None:
        with warehouse.transaction() as transaction:
            lineage = lineage_of(transaction, document_id)
        session.answer(lineage.as_dict(), lineage_text(lineage))


def _checked_drive(text: str) -> str:
    drive = text.strip()
    if not (drive.isascii() and drive.isdigit() and len(drive) <= _LONGEST_DRIVE):
        raise WrongUse(f"{text!r} is not the number of a fiscal drive", fix="give its digits, 16 at most")
    return drive
