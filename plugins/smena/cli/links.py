"""`smena links`: which cashbox of Kontur.Market is which register of the OFD."""

from __future__ import annotations

from datetime import date

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.help import Commands
from smena.cli.organization import person
from smena.cli.parameters import DAY, any_inn_option, inn_option
from smena.cli.tables import table
from smena.decisions import conflicts
from smena.decisions import links as decisions
from smena.messages import ENGLISH, readable
from smena.warehouse.database import Warehouse

_COLUMNS = {
    "link_id": "id", "organization_inn": "ИНН", "cashbox_id": "cashbox", "kkt_reg_id": "РНМ", "first_day": "from",
    "last_day": "to", "state": "state", "decided_by": "by", "reason": "why",
}  # fmt: skip


@click.group(cls=Commands, invoke_without_command=True)
@any_inn_option
@click.pass_context
def links(context: click.Context, *, inn: str | None) -> None:
    """Links between cashboxes of Market and registers. Exit 1 where a proposal or a shift without a link waits."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        conflicts.organization_known(transaction, inn)
        rows = decisions.links(transaction, inn)
        loose = decisions.loose_cashboxes(transaction, inn)
    parts = [table([readable(row, ENGLISH) for row in rows], _COLUMNS)] if rows else []
    if loose:
        link = {
            "cashbox_id": "cashbox without a link",
            "shop": "shop",
            "waiting": "shifts that wait",
            "last_day": "last",
        }
        parts.append(table(loose, link))
    waits = any(row["state"] == "proposed" for row in rows) or any(row["waiting"] for row in loose)
    session.answer({"links": rows, "loose": loose}, "\n\n".join(parts) or "no cashbox is known", waits=waits)


@links.command("set")
@inn_option
@click.option("--cashbox", required=True, help="Market's cashboxId.")
@click.option("--register", help="РНМ; without it the OFD has none of this cashbox.")
@click.option("--from", "first_day", type=DAY, help="Of this day or later.")
@click.option("--to", "last_day", type=DAY, help="Of this day or earlier.")
@click.option("--reason", required=True, help="Why: it is kept with the link.")
@click.pass_obj
def set_link(
    session: Session,
    *,
    inn: str,
    cashbox: str,
    register: str | None,
    first_day: date | None,
    last_day: date | None,
    reason: str,
) -> None:
    """Say which register a cashbox is. The next load of either product matches shifts by this link."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        row = decisions.link(
            transaction, inn=inn, cashbox_id=cashbox, kkt_reg_id=register, first_day=first_day, last_day=last_day,
            by=person(), reason=reason,
        )  # fmt: skip
    session.answer(row, table([readable(row, ENGLISH)], _COLUMNS))


@links.command()
@click.argument("link_id", type=int, metavar="ID")
@click.option("--reason", required=True, help="Why: it is kept with the link.")
@click.pass_obj
def confirm(session: Session, *, link_id: int, reason: str) -> None:
    """Confirm a proposed link."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        row = decisions.confirm(transaction, link_id, by=person(), reason=reason)
    session.answer(row, table([readable(row, ENGLISH)], _COLUMNS))


@links.command()
@click.argument("link_id", type=int, metavar="ID")
@click.option("--reason", required=True, help="Why: it is kept with the link.")
@click.pass_obj
def withdraw(session: Session, *, link_id: int, reason: str) -> None:
    """Take a link or a proposal back; the same is not proposed again. The next load matches its shifts again."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        row = decisions.withdraw(transaction, link_id, by=person(), reason=reason)
    session.answer(row, table([readable(row, ENGLISH)], _COLUMNS))
