"""`smena shifts`: every reported shift, with its outcome and how late it came."""

from __future__ import annotations

from collections import Counter
from datetime import date

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.parameters import DAY, inn_option
from smena.cli.tables import table
from smena.mandates.organizations import organization_of
from smena.messages import ENGLISH, readable
from smena.model.errors import WrongUse
from smena.model.outcome import Outcome
from smena.warehouse.database import Warehouse

COLUMNS = {
    "kkt_reg_id": "РНМ",
    "fiscal_drive_number": "ФН",
    "shift_number": "shift",
    "closed_at": "closed",
    "late_by": "late by",
    "order_date": "date",
    "cash_income": "sales in cash, ₽",
    "outcome": "outcome",
    "reason": "why",
}


@click.command()
@inn_option
@click.option("--from", "first_day", type=DAY, help="Closed on this day or later.")
@click.option("--to", "last_day", type=DAY, help="Of this day or earlier.")
@click.option(
    "--outcome",
    type=click.Choice([str(one) for one in Outcome]),
    multiple=True,
    help="Only with this outcome; again for more.",
)
@click.option("--late", is_flag=True, help="Only those that came late.")
@click.pass_obj
def shifts(
    session: Session,
    *,
    inn: str,
    first_day: date | None,
    last_day: date | None,
    outcome: tuple[str, ...],
    late: bool,
) -> None:
    """Shifts, with what became of each; `--late` lists those that came late, with their delay."""
    if first_day and last_day and first_day > last_day:
        raise WrongUse(f"{first_day} is after {last_day}")
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        organization_of(transaction, inn)
        rows = transaction.rows(
            "shifts", inn=inn, first_day=first_day, last_day=last_day, outcomes=list(outcome) or None, late=late
        )
    counts = Counter(row["outcome"] for row in rows)
    counted = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    total = f"{len(rows)} shifts" + (f": {counted}" if counted else "")
    text = "\n".join(filter(None, [table([readable(row, ENGLISH) for row in rows], COLUMNS), total]))
    session.answer({"shifts": rows, "outcomes": dict(counts)}, text)
