"""`smena quarantine`: list records that could not be loaded, ask for them again, or give them up."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.files import FILE, write_file
from smena.cli.help import Commands
from smena.cli.organization import person
from smena.cli.parameters import DAY, INN, any_inn_option
from smena.cli.tables import table
from smena.decisions import quarantine as records
from smena.messages import ENGLISH, readable
from smena.model.errors import WrongUse
from smena.model.personal import masked
from smena.warehouse.database import Row, Warehouse

_COLUMNS = {
    "quarantine_id": "id",
    "organization_inn": "ИНН",
    "product": "product",
    "unit_id": "register",
    "day": "day",
    "kind": "kind",
    "reason": "reason",
    "times_seen": "seen",
    "state": "state",
}
_COUNTED = {"records": "records", "state": "state", "reason": "reason"}
_DAYS = {
    "organization_inn": "ИНН",
    "product": "product",
    "unit_id": "register",
    "first_day": "from",
    "last_day": "to",
}


@click.group(cls=Commands)
def quarantine() -> None:
    """Records that could not be loaded: look at them, have them asked for again, give them up."""


@quarantine.command("list")
@any_inn_option
@click.option("--reason", help="A part of the reason.")
@click.option("--state", type=click.Choice(records.STATES), help="Only records in this state.")
@click.option("--from", "first_day", type=DAY, help="Of this day or later.")
@click.option("--to", "last_day", type=DAY, help="Of this day or earlier.")
@click.pass_obj
def list_(
    session: Session,
    *,
    inn: str | None,
    reason: str | None,
    state: str | None,
    first_day: date | None,
    last_day: date | None,
) -> None:
    """List records, and how many there are of each reason. Exit 1 where any is open."""
    if first_day and last_day and first_day > last_day:
        raise WrongUse(f"{first_day} is after {last_day}")
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        found = records.records(
            transaction, inn=inn, reason=reason, state=state, first_day=first_day, last_day=last_day
        )
    counts = Counter((row["state"], row["reason"]) for row in found)
    counted = [{"records": count, "state": of_state, "reason": why} for (of_state, why), count in counts.most_common()]
    tables = ((found, _COLUMNS), (counted, _COUNTED))
    parts = [*(table([readable(row, ENGLISH) for row in rows], columns) for rows, columns in tables)]
    parts.append(f"{len(found)} records")
    session.answer(
        {"records": [_without_text(row) for row in found], "counts": counted},
        "\n\n".join(filter(None, parts)),
        waits=any(row["state"] == records.OPEN for row in found),
    )


@quarantine.command()
@click.argument("quarantine_id", type=int, metavar="ID")
@click.option("--page", "file", type=FILE, help="Write the answer that the record came in, byte for byte.")
@click.pass_obj
def show(session: Session, *, quarantine_id: int, file: Path | None) -> None:
    """Show one record: reason, source, times, count, state and text; with --out, save the whole answer it came in."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        row, history, page = records.record(transaction, quarantine_id)
    row["record"] = masked(row["record"])
    if file is not None:
        if page is None:
            raise WrongUse(f"no page is known of record {quarantine_id}")
        write_file(file, page["body"])
    of_page = {name: value for name, value in page.items() if name != "body"} if page else None
    text = "\n".join(
        [
            *(
                f"{name}: {value}"
                for name, value in readable(row, ENGLISH).items()
                if value is not None and name != "record"
            ),
            *(f"page {name}: {value}" for name, value in (of_page or {}).items() if name != "page_id"),
            *(f"before: {_line(readable(one, ENGLISH))}" for one in history),
            "record:",
            row["record"],
        ]
    )
    session.answer(row | {"page": of_page, "history": history}, text)


@quarantine.command()
@click.argument("ids", nargs=-1, type=int, metavar="[ID…]")
@click.option("--inn", type=INN, help="All open records of this organisation.")
@click.pass_obj
def retry(session: Session, *, ids: tuple[int, ...], inn: str | None) -> None:
    """Open the days of records, so that the next plan asks for them; a record that is then read well is released."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        done = records.retry(transaction, ids, inn=inn, by=person())
    lines = [table(done.days, _DAYS), f"the days of {len(done.records)} records are open: the next plan asks for them"]
    if done.without_register:
        lines.append(f"of no register, so of no day: {', '.join(map(str, done.without_register))}")
    data = {"retried": done.records, "days": done.days, "without_register": done.without_register}
    session.answer(data, "\n".join(filter(None, lines)), waits=bool(done.without_register))


@quarantine.command("give-up")
@click.argument("ids", nargs=-1, type=int, required=True, metavar="ID…")
@click.option("--reason", required=True, help="Why: it is kept with the record.")
@click.pass_obj
def give_up(session: Session, *, ids: tuple[int, ...], reason: str) -> None:
    """Give records up: nothing more is expected of them. All or nothing; `retry` takes it back."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        done = records.give_up(transaction, ids, by=person(), reason=reason)
    session.answer({"given_up": done}, f"{len(done)} records given up")


def _without_text(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "record"}


def _line(row: Row) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)
