"""`smena quality`: what the gates found, batch by batch, and a batch's page of Data Docs."""

from __future__ import annotations

from pathlib import Path

import click

from smena.cli.answer import Session, table
from smena.cli.parameters import any_inn_option
from smena.connections import warehouse_from_environment
from smena.integration.organizations import organization_of
from smena.model.errors import WrongUse
from smena.quality import docs
from smena.warehouse.database import Warehouse

_BATCHES = {
    "batch_id": "batch",
    "organization_inn": "ИНН",
    "product": "product",
    "first_day": "from",
    "last_day": "to",
    "state": "state",
    "rules": "rules",
    "broken": "broken",
    "bad_rows": "bad rows",
}
_RULES = {
    "suite": "suite",
    "expectation": "rule",
    "severity": "severity",
    "success": "holds",
    "checked_rows": "asked",
    "bad_rows": "bad",
}


@click.command()
@any_inn_option
@click.option("--batch", "batch_id", type=int, help="Every rule of this batch, and its page.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where its page goes (SMENA_DATA_DOCS).")
@click.pass_obj
def quality(session: Session, *, inn: str | None, batch_id: int | None, out: Path | None) -> None:
    """What was checked and what was broken: of every batch, or rule by rule of one, whose page is built."""
    warehouse = Warehouse(warehouse_from_environment())
    if batch_id is None:
        if out is not None:
            raise WrongUse("a page is of one batch", fix="give --batch")
        if inn is not None:
            organization_of(warehouse, inn)
        batches = warehouse.rows("quality_batches", inn=inn, batch_id=None, most=docs.MOST_BATCHES)
        session.answer({"batches": batches}, table(batches, _BATCHES) or "nothing was checked yet")
        return
    if inn is not None:
        raise WrongUse("a batch is of one organisation: give --inn or --batch, not both")
    directory = out or docs.data_docs_directory()
    try:
        page = docs.build(warehouse, batch_id, directory)
    except OSError as error:
        raise WrongUse(f"{directory} cannot be written: {error.strerror}", fix="give --out") from None
    results = warehouse.rows("quality_results", batch_id=batch_id)
    session.answer({"batch_id": batch_id, "page": str(page), "checks": results}, f"{table(results, _RULES)}\n\n{page}")
