"""`smena documents` and `smena explain`: what stands in accounting, and where each figure comes from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import click

from smena.cli.answer import Session, table
from smena.cli.parameters import DAY, inn_option
from smena.connections import warehouse_from_environment
from smena.integration.organizations import organization_of
from smena.model.errors import WrongUse
from smena.model.money import written
from smena.model.window import Window
from smena.warehouse.database import Warehouse
from smena.warehouse.lineage import lineage_of

KINDS = ("pko", "rko", "cashless_report", "sales_report", "waybill")
_COLUMNS = {
    "document_id": "id",
    "kind": "kind",
    "number": "number",
    "date": "date",
    "kpp": "КПП",
    "amount": "amount, ₽",
    "status": "status",
    "source": "source",
}


@click.command()
@inn_option
@click.option("--from", "first_day", type=DAY)
@click.option("--to", "last_day", type=DAY)
@click.option("--kind", type=click.Choice(KINDS))
@click.pass_obj
def documents(session: Session, *, inn: str, first_day: date | None, last_day: date | None, kind: str | None) -> None:
    """«Учет → Документы»: what was loaded."""
    if first_day and last_day:
        Window(first_day, last_day)
    warehouse = Warehouse(warehouse_from_environment())
    organization_of(warehouse, inn)
    rows = warehouse.rows("documents", inn=inn, first_day=first_day, last_day=last_day, kind=kind)
    totals = []
    for name in KINDS:
        amounts = [row["amount"] for row in rows if row["kind"] == name]
        if amounts:
            totals.append(f"{name}: {len(amounts)}, {written(sum(amounts, start=Decimal(0)))} ₽")
    text = "\n".join(filter(None, [table(rows, _COLUMNS), f"{len(rows)} documents", *totals]))
    session.answer({"documents": rows}, text)


@click.command()
@click.argument("document_id")
@click.pass_obj
def explain(session: Session, *, document_id: str) -> None:
    """The whole lineage of one document: shift, answers, checks, batches, revisions, decisions."""
    try:
        document_id = str(UUID(document_id))
    except ValueError:
        raise WrongUse(f"{document_id!r} is not a document's id", fix="`smena documents` lists them") from None
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        lineage = lineage_of(transaction, document_id)
    session.answer(lineage.as_dict(), lineage.as_text())
