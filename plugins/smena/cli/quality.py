"""`smena quality`: the results of checks by batch, or by rule for one batch, also as an HTML page."""

from __future__ import annotations

from pathlib import Path

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.parameters import any_inn_option
from smena.cli.tables import table
from smena.mandates.organizations import organization_of
from smena.model.errors import WrongUse
from smena.warehouse.database import Row, Transaction, Warehouse

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
@click.option("--batch", "batch_id", type=int, help="Every rule of this batch.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write its page here, HTML.")
@click.pass_obj
def quality(session: Session, *, inn: str | None, batch_id: int | None, out: Path | None) -> None:
    """What was checked and what was broken: of every batch, or rule by rule of one.

    With --batch, Great Expectations checks the rows that exist of the batch: the staged rows or, once it is published,
    the shifts whose newest version it wrote, and their orders.
    """
    from smena.reads import data_docs

    warehouse = Warehouse(warehouse_from_environment())
    if batch_id is None:
        if out is not None:
            raise WrongUse("a page is of one batch", fix="give --batch")
        if inn is not None:
            organization_of(warehouse, inn)
        batches = warehouse.rows("quality_batches", inn=inn, batch_id=None, most=data_docs.MOST_BATCHES)
        session.answer({"batches": batches}, table(batches, _BATCHES) or "nothing was checked yet")
        return
    if inn is not None:
        raise WrongUse("a batch is of one organisation: give --inn or --batch, not both")
    with warehouse.transaction() as transaction:
        data_docs.checked_batch(transaction, batch_id)
        results = transaction.rows("quality_results", batch_id=batch_id)
        gate_of, gate = _validated(transaction, batch_id)
    page = _written(warehouse, batch_id, out, gate, gate_of) if out else None
    found = f"Great Expectations over {gate_of}:\n{table(gate, _RULES)}"
    text = "\n\n".join(filter(None, [table(results, _RULES), found, page]))
    session.answer({"batch_id": batch_id, "page": page, "checks": results, "gate": gate, "gate_of": gate_of}, text)


def _validated(transaction: Transaction, batch_id: int) -> tuple[str, list[Row]]:
    """What of the batch there is, and the results of the gate over it as rows like those that are kept."""
    # Imported here, because it imports Great Expectations, which takes seconds.
    from smena.loading.gate_expectations import validate_batch

    gate_of, results = validate_batch(transaction, batch_id)
    return gate_of, [result.as_row() for result in results]


def _written(warehouse: Warehouse, batch_id: int, directory: Path, gate: list[Row], gate_of: str) -> str:
    from smena.reads import data_docs

    try:
        return str(data_docs.build(warehouse, batch_id, directory, gate=gate, gate_of=gate_of))
    except OSError as error:
        raise WrongUse(f"{directory} cannot be written: {error.strerror}", fix="name another place") from None
