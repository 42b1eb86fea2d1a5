"""`smena documents`: list the documents in accounting."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session, roubles_text
from smena.cli.parameters import DAY, inn_option
from smena.cli.tables import table
from smena.mandates.organizations import organization_of
from smena.model.window import Window
from smena.reads import documents as reads
from smena.reads.documents import KINDS, Filter
from smena.warehouse.database import Warehouse

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
@click.option("--from", "first_day", type=DAY, help="Of this day or later.")
@click.option("--to", "last_day", type=DAY, help="Of this day or earlier.")
@click.option("--kind", type=click.Choice(KINDS), help="Only documents of this kind.")
@click.pass_obj
def documents(session: Session, *, inn: str, first_day: date | None, last_day: date | None, kind: str | None) -> None:
    """«Учет → Документы»: what was loaded."""
    if first_day and last_day:
        Window(first_day, last_day)
    warehouse = Warehouse(warehouse_from_environment())
    organization_of(warehouse, inn)
    rows = reads.documents(warehouse, Filter(inn, first_day, last_day, kind))
    totals = []
    for name in KINDS:
        amounts = [row["amount"] for row in rows if row["kind"] == name]
        known = [amount for amount in amounts if amount is not None]
        if amounts:
            total = roubles_text(sum(known, start=Decimal(0)) if known else None)
            unknown = f", and {len(amounts) - len(known)} without an amount" if 0 < len(known) < len(amounts) else ""
            totals.append(f"{name}: {len(amounts)}, {total}{unknown}")
    text = "\n".join(filter(None, [table(rows, _COLUMNS), f"{len(rows)} documents", *totals]))
    session.answer({"documents": rows}, text)
