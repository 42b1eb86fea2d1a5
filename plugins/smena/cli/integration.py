"""`smena integration`: write mandate and ban, switch integrations on and off, show their state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.certificate import certificate_row
from smena.cli.files import FILE, read_file, write_file
from smena.cli.help import Commands
from smena.cli.organization import person
from smena.cli.parameters import DAY, any_inn_option, inn_option, product_option
from smena.cli.starting import airflow_to_start, start_backfill
from smena.cli.tables import table
from smena.mandates import lifecycle
from smena.mandates.certificates import certificates
from smena.mandates.organizations import organization_of
from smena.mandates.signed_texts import keeping_refusals
from smena.model.product import product_of
from smena.reads.standing import standings
from smena.warehouse.database import Row, Transaction, Warehouse

if TYPE_CHECKING:
    from smena.sources.airflow import StartedRun

_COLUMNS = {
    "organization_inn": "ИНН",
    "name": "organisation",
    "product": "product",
    "state": "state",
    "start_date": "from",
    "newest_covered_day": "covered through",
    "covered_days": "covered days",
    "gaps": "gaps",
    "quarantined": "quarantined",
    "open_decisions": "decisions",
    "certificate_note": "certificate",
}
_WAITING = ("gaps", "quarantined", "open_decisions")
_SHOWN_OF_A_CERTIFICATE = ("subject", "thumbprint_sha1", "valid_from", "valid_to", "standing", "days_left")

from_option = click.option(
    "--from", "start_date", type=DAY, required=True, help="Documents are loaded from this date on."
)
out_option = click.option("--out", type=FILE, required=True, help="Where the text to be signed is written.")
signature_option = click.option("--signature", type=FILE, help="Detached CMS signature over the text, DER or PEM.")


@click.group(cls=Commands)
def integration() -> None:
    """Mandate and ban, switching on from a date and off, and where things stand."""


@integration.command()
@inn_option
@product_option
@from_option
@click.option("--register", "registers", multiple=True, metavar="РНМ", help="Only this register; again for more.")
@out_option
@click.pass_obj
def mandate(
    session: Session, *, inn: str, product: str, start_date: date, registers: tuple[str, ...], out: Path
) -> None:
    """Write the mandate (поручение) that the head signs; repeated on the same day, it writes the same bytes."""
    with _transaction() as transaction:
        row = lifecycle.prepare_mandate(
            transaction, inn=inn, product=product, start_date=start_date, registers=registers, made_by=person()
        )
    _write(session, row, out)


@integration.command()
@inn_option
@product_option
@out_option
@click.pass_obj
def ban(session: Session, *, inn: str, product: str, out: Path) -> None:
    """Write the ban (запрет) that the head signs; repeated on the same day, it writes the same bytes."""
    with _transaction() as transaction:
        row = lifecycle.prepare_ban(transaction, inn=inn, product=product, made_by=person())
    _write(session, row, out)


@integration.command()
@inn_option
@product_option
@from_option
@signature_option
@click.option("--reason", default="", help="Kept in the history.")
@click.option(
    "--start/--no-start",
    default=None,
    help="Start `integration_backfill` in Airflow; the default where SMENA_AIRFLOW_URL is set.",
)
@click.pass_obj
def enable(
    session: Session,
    *,
    inn: str,
    product: str,
    start_date: date,
    signature: Path | None,
    reason: str,
    start: bool | None,
) -> None:
    """Switch a product on; `ofd` needs the signature over its mandate. Starts loading where Airflow is configured."""
    signed = read_file(signature) if signature else None
    airflow = None if start is False else airflow_to_start(is_needed=bool(start))
    with _transaction() as transaction:
        row = lifecycle.enable(
            transaction,
            inn=inn,
            product=product,
            start_date=start_date,
            changed_by=person(),
            reason=reason,
            signature=signed,
        )
    warehouse = Warehouse(warehouse_from_environment())
    started = start_backfill(airflow, row, warehouse) if airflow and product_of(product).is_operator else None
    _answer(session, [row], started)


@integration.command()
@inn_option
@product_option
@signature_option
@click.option("--reason", default="", help="Kept in the history.")
@click.pass_obj
def disable(session: Session, *, inn: str, product: str, signature: Path | None, reason: str) -> None:
    """Switch a product off; what was loaded stays. `ofd` needs the signature over its ban."""
    signed = read_file(signature) if signature else None
    with _transaction() as transaction:
        row = lifecycle.disable(
            transaction, inn=inn, product=product, changed_by=person(), reason=reason, signature=signed
        )
    _answer(session, [row])


@integration.command()
@any_inn_option
@click.pass_obj
def status(session: Session, *, inn: str | None) -> None:
    """Show the state of integrations; exit 1 while something waits, such as a certificate that ends within 30 days."""
    warehouse = Warehouse(warehouse_from_environment())
    if inn is not None:
        organization_of(warehouse, inn)
    now = datetime.now(UTC)
    rows = [one.as_row() for one in standings(warehouse, now, inn=inn)]
    intervals = lifecycle.intervals(warehouse, inn)
    serving = {
        row["organization_inn"]: certificate_row(row, now) for row in certificates(warehouse, inn) if row["serves"]
    }
    for row in rows:
        whose = (row["organization_inn"], row["product"])
        row["intervals"] = [one for one in intervals if (one["organization_inn"], one["product"]) == whose]
        one = serving.get(row["organization_inn"])
        row["certificate"] = {key: one[key] for key in _SHOWN_OF_A_CERTIFICATE} if one else None
        row["certificate_note"] = _note(one)
    waits = any(any(row[name] for name in _WAITING) or _certificate_waits(row) for row in rows)
    session.answer({"integrations": rows}, table(rows, _COLUMNS) or "no integration yet", waits=waits)


@contextmanager
def _transaction() -> Iterator[Transaction]:
    warehouse = Warehouse(warehouse_from_environment())
    with keeping_refusals(warehouse), warehouse.transaction() as transaction:
        yield transaction


def _note(certificate: dict[str, Any] | None) -> str:
    """Return the state of a certificate in a few words."""
    if certificate is None:
        return "none"
    until = f"{certificate['valid_to']:%Y-%m-%d}"
    words = {"valid": f"to {until}", "ends_soon": f"ends in {certificate['days_left']} days", "ended": f"ended {until}"}
    return words[certificate["standing"]]


def _certificate_waits(row: Row) -> bool:
    """Whether the certificate has to be renewed; never for an integration that is switched off."""
    certificate = row["certificate"]
    return row["state"] == lifecycle.ON and certificate is not None and certificate["standing"] != "valid"


def _write(session: Session, row: Row, out: Path) -> None:
    write_file(out, row["text"])
    data = {key: value for key, value in row.items() if key != "text"} | {"file": str(out), "bytes": len(row["text"])}
    text = f"written to {out}: № {row['number']}, sha256 {row['digest']}\nto be signed by the head, detached CMS"
    session.answer({"mandate": data}, text)


def _answer(session: Session, switched: list[Row], started: StartedRun | None = None) -> None:
    columns = {key: title for key, title in _COLUMNS.items() if key != "certificate_note"}
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        rows = [
            one.as_row()
            for row in switched
            for one in standings(transaction, datetime.now(UTC), inn=row["organization_inn"], product=row["product"])
        ]
    data: dict[str, Any] = {"integrations": rows}
    lines = [table(rows, columns)]
    if started:
        data["started"] = asdict(started)
        waits = ", which waits: the DAG is paused" if started.is_paused else ""
        lines.append(f"loading starts: {started.dag_id} {started.run_id}{waits}")
    session.answer(data, "\n".join(lines))
