"""`smena archive`: the evidence of closed months, from the database to files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.organization import person
from smena.cli.parameters import DAY
from smena.cli.tables import table
from smena.model.errors import WrongUse
from smena.model.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smena.warehouse.archiving import Month

_COLUMNS = {
    "month": "month",
    "state": "is",
    "pages": "pages",
    "body_bytes": "bytes of answers",
    "table_bytes": "in the database",
    "file_bytes": "in the archive",
    "kept_bytes": "left in the database",
    "kept_by": "because",
}


@click.command()
@click.option("--to", help="The archive: a folder, or s3://bucket/path; SMENA_ARCHIVE without it.")
@click.option("--before", type=DAY, required=True, help="Months that ended before this day.")
@click.option("--dry-run", is_flag=True, help="Only list the months, with the size that each file would have.")
@click.option("--check", is_flag=True, help="Also read the files of months that are in the archive already.")
@click.pass_obj
def archive(session: Session, *, to: str | None, before: date, dry_run: bool, check: bool) -> None:
    """Move the responses of closed months to files, which `explain`, `verify` and `rehearse` read as before.

    A month moves when every organisation with responses in it has closed it: its file is written, read back and
    compared with the database, response by response, and only then do the bytes leave the database. Exit code 1 where a
    month stays because it is not closed.
    """
    from smena.warehouse.archiving import OPEN
    from smena.warehouse.archiving import archive as run
    from smena.warehouse.database import Warehouse

    place = to or SETTINGS.archive
    if not place:
        raise WrongUse("there is no archive", fix="give --to, or set SMENA_ARCHIVE")
    months = run(Warehouse(warehouse_from_environment()), place, before, by=person(), dry_run=dry_run, check=check)
    session.answer(
        {"months": [month.as_dict() for month in months]},
        _text(months),
        waits=any(month.state == OPEN for month in months),
    )


def _text(months: Sequence[Month]) -> str:
    if not months:
        return "no month ended before that day"
    rows = [month.as_dict() | {"kept_by": "; ".join(month.as_dict()["kept_by"])} for month in months]
    return table(rows, _COLUMNS)
