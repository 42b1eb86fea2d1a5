"""`smena period`: close the books through a day, open them again, show the history."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.help import Commands
from smena.cli.organization import person
from smena.cli.parameters import DAY, inn_option
from smena.cli.tables import table
from smena.decisions import periods
from smena.mandates.organizations import organization_of
from smena.warehouse.database import Row, Warehouse

_HISTORY = {
    "action": "what",
    "through_before": "closed through before",
    "through_after": "and after",
    "changed_by": "who",
    "changed_at": "when",
    "reason": "why",
}


@click.group(cls=Commands)
def period() -> None:
    """Closed periods: nothing is written into one, whoever asks."""


@period.command("close")
@inn_option
@click.option("--through", type=DAY, required=True, help="The last day that is closed.")
@click.option("--reason", default="", help="Kept in the history.")
@click.option("--dry-run", is_flag=True, help="Show what would wait in the closed period, and close nothing.")
@click.pass_obj
def close(session: Session, *, inn: str, through: date, reason: str, dry_run: bool) -> None:
    """Close the books through a day. Exit 1 where shifts of the closed days still wait."""
    with Warehouse(warehouse_from_environment()).transaction(keep=not dry_run) as transaction:
        newest_day = periods.newest_day_over(organization_of(transaction, inn).timezone, datetime.now(UTC))
        row = periods.close_period(
            transaction, inn=inn, through=through, closed_by=person(), reason=reason, newest_day=newest_day
        )
        history = periods.history(transaction, inn)
    _answer(session, row, history, is_dry=dry_run)


@period.command("open")
@inn_option
@click.option("--through", type=DAY, help="What stays closed; without it all is opened.")
@click.option("--reason", default="", help="Kept in the history.")
@click.pass_obj
def open_(session: Session, *, inn: str, through: date | None, reason: str) -> None:
    """Open the books again; the next load books shifts that came meanwhile."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        row = periods.open_period(transaction, inn=inn, opened_by=person(), through=through, reason=reason)
        history = periods.history(transaction, inn)
    _answer(session, row, history)


@period.command()
@inn_option
@click.pass_obj
def status(session: Session, *, inn: str) -> None:
    """Show through which day the books are closed, and the history. Exit 1 where shifts of the closed days wait."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        row, history = periods.period(transaction, inn), periods.history(transaction, inn)
    _answer(session, row, history)


def _answer(session: Session, row: Row, history: list[Row], *, is_dry: bool = False) -> None:
    closed = f"closed through {row['through']}" if row["through"] else "nothing is closed"
    lines = [f"{row['organization_inn']}: {closed}", *(["a dry run: the books are as they were"] if is_dry else [])]
    if row["documents_not_accepted"]:
        lines.append(f"in there: {row['documents_not_accepted']} documents that nobody has accepted")
    if row["shifts_waiting"]:
        lines.append(
            f"in there: {row['shifts_waiting']} shifts that wait; `smena conflicts` and `smena shifts` list them"
        )
    text = "\n".join(filter(None, [*lines, table(history, _HISTORY)]))
    session.answer(
        row | {"history": history} | ({"dry_run": True} if is_dry else {}), text, waits=bool(row["shifts_waiting"])
    )
