"""`smena apply`: organisations as code."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.files import FILE, read_file
from smena.cli.organization import person
from smena.cli.tables import table
from smena.mandates.declared import Change, apply_declared, read_declared
from smena.model.errors import PassingFault, WrongUse
from smena.model.unexpected import contained
from smena.warehouse.database import Warehouse

MOST_BYTES = 16 << 20
"""16 MiB: 5,000 organisations, each with some twenty account rules and grants."""

_COLUMNS = {"inn": "ИНН", "what": "what", "name": "name", "before": "is", "after": "becomes"}


@click.command()
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.pass_obj
def apply(session: Session, *, file: Path, dry_run: bool) -> None:
    """Make organisations what a YAML file says: settings, accounts, access, alerts; the same again changes nothing.

    An organisation that cannot be changed stays as it is, and the others are changed. What the file does not name
    stays. It switches no integration on or off: that needs a signed mandate or ban.
    """
    try:
        text = read_file(file, MOST_BYTES).decode()
    except UnicodeDecodeError:
        raise WrongUse(f"{file} is not UTF-8") from None
    wanted, refused = read_declared(text)
    failures = {name: str(error) for name, error in refused.items()}
    changes: list[Change] = []
    warehouse = Warehouse(warehouse_from_environment())
    for one in wanted:
        try:
            with warehouse.transaction(keep=not dry_run) as transaction:
                done = apply_declared(transaction, one, by=person())
        except PassingFault:
            raise
        except Exception as error:  # noqa: BLE001 - an organisation is a border: it costs its neighbours nothing
            failures[one.inn] = str(contained(error, one.inn))
        else:
            changes += done
    said = table([asdict(change) for change in changes], _COLUMNS) if changes else "nothing differs"
    if dry_run:
        said += "\na dry run: everything is as it was"
    for name, why in failures.items():
        said += f"\n{name}: not changed: {why}"
    data = {"changes": [asdict(change) for change in changes], "failures": failures, "dry_run": dry_run}
    session.answer(data, said, waits=bool(failures))
