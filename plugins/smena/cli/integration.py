"""`smena integration`: switching on and off, and where things stand."""

from __future__ import annotations

from datetime import date

import click

from smena.cli.answer import Session, table
from smena.cli.organization import person
from smena.cli.parameters import DAY, any_inn_option, inn_option, product_option
from smena.connections import warehouse_from_environment
from smena.integration import lifecycle
from smena.warehouse.database import Row, Warehouse

_COLUMNS = {
    "organization_inn": "ИНН",
    "name": "organisation",
    "product": "product",
    "state": "state",
    "start_date": "from",
    "newest_covered_day": "covered through",
    "covered_days": "covered days",
    "gaps": "gaps",
    "quarantined": "quarantined",
    "open_decisions": "decisions",
}


@click.group()
def integration() -> None:
    """Switching on from a date, off, and where things stand."""


@integration.command()
@inn_option
@product_option
@click.option("--from", "start_date", type=DAY, required=True, help="Documents are loaded from this date on.")
@click.option("--reason", default="")
@click.pass_obj
def enable(session: Session, *, inn: str, product: str, start_date: date, reason: str) -> None:
    """Switch a product on."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        row = lifecycle.enable(
            transaction, inn=inn, product=product, start_date=start_date, changed_by=person(), reason=reason
        )
    _answer(session, [row])


@integration.command()
@inn_option
@product_option
@click.option("--reason", default="")
@click.pass_obj
def disable(session: Session, *, inn: str, product: str, reason: str) -> None:
    """Switch a product off; what was loaded stays."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        row = lifecycle.disable(transaction, inn=inn, product=product, changed_by=person(), reason=reason)
    _answer(session, [row])


@integration.command()
@any_inn_option
@click.pass_obj
def status(session: Session, *, inn: str | None) -> None:
    """Where things stand."""
    rows = lifecycle.status(Warehouse(warehouse_from_environment()), inn)
    waits = any(row["gaps"] or row["quarantined"] or row["open_decisions"] for row in rows)
    _answer(session, rows, waits=waits)


def _answer(session: Session, rows: list[Row], *, waits: bool = False) -> None:
    session.answer({"integrations": rows}, table(rows, _COLUMNS) or "no integration yet", waits=waits)
