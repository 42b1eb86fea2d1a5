"""`smena certificate`: the head's certificate, one per organisation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.files import FILE, read_file
from smena.cli.help import Commands
from smena.cli.organization import person
from smena.cli.parameters import any_inn_option, inn_option
from smena.cli.tables import table
from smena.mandates import certificates
from smena.mandates.organizations import organization_of
from smena.warehouse.database import Row, Warehouse

_COLUMNS = {
    "organization_inn": "ИНН",
    "subject": "subject",
    "valid_from": "from",
    "valid_to": "to",
    "standing": "state",
    "serves": "serves",
    "source": "source",
    "thumbprint_sha1": "отпечаток (SHA-1)",
}


def certificate_row(row: Row, now: datetime) -> dict[str, Any]:
    """Return a certificate for the answer of a command: with its state, without its bytes."""
    rest = {key: value for key, value in row.items() if key != "certificate"}
    days = (row["valid_to"] - now).days
    return rest | {"standing": certificates.standing(row["valid_to"], now), "days_left": max(days, 0)}


@click.group(cls=Commands)
def certificate() -> None:
    """The head's certificate: one for an organisation, for every product."""


@certificate.command()
@inn_option
@click.option(
    "--source",
    type=click.Choice(certificates.SOURCES),
    default="manual",
    show_default=True,
    help="Where it was taken from.",
)
@click.argument("file", type=FILE)
@click.pass_obj
def add(session: Session, *, inn: str, source: str, file: Path) -> None:
    """Register the certificate in FILE (PEM or DER); the same again changes nothing."""
    content = read_file(file)
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        row = certificates.add_certificate(transaction, inn=inn, file=content, source=source, added_by=person())
    one = certificate_row(row, datetime.now(UTC))
    session.answer({"certificate": one}, "\n".join(f"{key}: {value}" for key, value in one.items()))


@certificate.command("list")
@any_inn_option
@click.pass_obj
def list_(session: Session, *, inn: str | None) -> None:
    """List all certificates ever registered; exit 1 where one in use ends within 30 days, or has ended."""
    warehouse = Warehouse(warehouse_from_environment())
    if inn is not None:
        organization_of(warehouse, inn)
    now = datetime.now(UTC)
    rows = [certificate_row(row, now) for row in certificates.certificates(warehouse, inn)]
    waits = any(row["serves"] and row["standing"] != "valid" for row in rows)
    session.answer({"certificates": rows}, table(rows, _COLUMNS) or "no certificate yet", waits=waits)
