"""`smena migrate`."""

from __future__ import annotations

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session


@click.command()
@click.pass_obj
def migrate(session: Session) -> None:
    """Bring the warehouse to the newest schema."""
    from smena.warehouse.migrating import migrate as run

    before, after = run(warehouse_from_environment())
    text = f"the warehouse is at {after} already" if before == after else f"the warehouse went from {before} to {after}"
    session.answer({"before": before, "after": after}, text)
