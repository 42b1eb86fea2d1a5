"""`smena allow`: allow the changes for which a batch was stopped."""

from __future__ import annotations

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.organization import person
from smena.decisions.allowances import allow as decide
from smena.warehouse.database import Warehouse


@click.command()
@click.option("--batch", "batch_id", type=int, required=True, help="The batch that was stopped.")
@click.option("--reason", required=True, help="Why: it is kept with the batch.")
@click.pass_obj
def allow(session: Session, *, batch_id: int, reason: str) -> None:
    """Allow a batch that was stopped because it would reverse or revise too many orders. The next load publishes it.

    `smena rehearse --batch` lists what it would change.
    """
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        changes = decide(transaction, batch_id, by=person(), reason=reason)
    data = {"batch_id": batch_id, "allowed_changes": changes}
    session.answer(data, f"batch {batch_id} may change {changes} orders: the next load publishes it")
