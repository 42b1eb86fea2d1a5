"""`smena cash`: balances, movements without a shift, limit and journal (КО-3) of a cash book."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.files import FILE, read_file
from smena.cli.help import Commands
from smena.cli.organization import person
from smena.cli.parameters import DAY, inn_option
from smena.cli.printing import MONEY
from smena.cli.tables import table
from smena.decisions import cash as deciding
from smena.mandates.organizations import organization_of
from smena.messages import ENGLISH, translate
from smena.model.cash import MOVEMENTS, Movement
from smena.model.errors import WrongUse
from smena.model.money import roubles, written
from smena.reads import cash_book as reading
from smena.warehouse.database import Transaction, Warehouse

kpp_option = click.option("--kpp", help="КПП of the cash book; that of the organisation without it.")
_DAYS = {
    "day": "day",
    "opening": "at the beginning",
    "received": "received",
    "given": "given out",
    "closing": "at the end",
    "over_limit": "over the limit by",
}
_JOURNAL = {"kind": "kind", "day": "day", "number": "number", "amount": "₽", "note": "note", "counterparty": "with"}
_NEW = {"day": "day", "word": "movement", "amount": "₽", "number": "number", "counterparty": "with"}


@click.group(cls=Commands)
def cash() -> None:
    """The cash book: its balance, movements that no shift has, its limit, the journal."""


@cash.command("open")
@inn_option
@kpp_option
@click.option("--date", "day", type=DAY, help="The day at whose beginning the cash was there.")
@click.option("--balance", type=MONEY, help="That cash, roubles.")
@click.option("--take-back", "why", help="Take the opening balance back instead, for this reason.")
@click.pass_obj
def open_(
    session: Session, *, inn: str, kpp: str | None, day: date | None, balance: int | None, why: str | None
) -> None:
    """Enter the opening balance of a cash book, once; each day's balance follows from it."""
    if (why is None) == (day is None or balance is None):
        raise WrongUse("an opening balance is entered or taken back", fix="give --date and --balance, or --take-back")
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        book = _book(transaction, inn, kpp)
        if why is not None:
            deciding.take_back_opening(transaction, inn=inn, kpp=book, by=person(), why=why)
            session.answer({"inn": inn, "kpp": book, "taken_back": True}, "the opening balance is taken back")
        elif day is not None and balance is not None:
            deciding.enter_opening(
                transaction, inn=inn, kpp=book, day=day, amount_kopecks=balance, by=person(), now=datetime.now(UTC)
            )
            amount = roubles(balance)
            text = f"cash book {inn} / {book or '—'}: {written(amount)} ₽ at the beginning of {day}"
            session.answer({"inn": inn, "kpp": book, "day": day, "amount": amount}, text)


@cash.command()
@inn_option
@kpp_option
@click.option("--movement", "word", type=click.Choice([*MOVEMENTS]), required=True, help="What moved.")
@click.option("--date", "day", type=DAY, required=True, help="The day of the movement.")
@click.option("--amount", type=MONEY, required=True, help="Roubles.")
@click.option("--number", default="", help="The number of its document.")
@click.option("--counterparty", default="", help="From whom, or to whom.")
@click.option("--account", default="", help="The corresponding account; the usual one of the movement without it.")
@click.option("--basis", default="", help="What for.")
@click.pass_obj
def add(session: Session, /, *, inn: str, kpp: str | None, word: str, day: date, amount: int, **texts: str) -> None:
    """Enter a movement of cash that belongs to no shift: to the bank, to a supplier, wages."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        book = _book(transaction, inn, kpp)
        movement = deciding.movement(
            {"word": word, "day": str(day), "amount": str(roubles(amount)), "kpp": book, **texts}
        )
        deciding.enter(transaction, inn=inn, movements=[movement], by=person(), now=datetime.now(UTC))
    session.answer(_entered(movement), f"{day}: {word}, {written(roubles(amount))} ₽")


@cash.command("import")
@inn_option
@kpp_option
@click.option("--dry-run", is_flag=True, help="Show what would be added, and add nothing.")
@click.argument("file", type=FILE)
@click.pass_obj
def import_(session: Session, *, inn: str, kpp: str | None, dry_run: bool, file: Path) -> None:
    """Enter the movements of FILE (CSV). Lines that were imported before add nothing. Exit 1 where a line is wrong."""
    content = read_file(file)
    with Warehouse(warehouse_from_environment()).transaction(keep=not dry_run) as transaction:
        read = deciding.import_file(
            transaction, inn=inn, kpp=_book(transaction, inn, kpp), content=content, by=person(), now=datetime.now(UTC)
        )
    bad = [{"line": one.line, "reason": translate(one.reason, ENGLISH)} for one in read.bad]
    new = [_entered(one) for one in read.new]
    lines = [
        f"{'would add' if dry_run else 'added'} {len(new)} movements; {read.known} were imported before",
        table(new, _NEW),
        *(f"line {one['line']}: {one['reason']}" for one in bad),
    ]
    session.answer(
        {"inn": inn, "dry_run": dry_run, "new": new, "known": read.known, "bad": bad},
        "\n".join(line for line in lines if line),
        waits=bool(bad),
    )


@cash.command()
@click.argument("movement_id", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.option("--reason", required=True, help="Kept with the movement.")
@click.option("--date", "day", type=DAY, help="The day of the reversal, where that of the movement is closed.")
@click.pass_obj
def reverse(session: Session, *, movement_id: int, reason: str, day: date | None) -> None:
    """Reverse a movement. It stays on record, with who reversed it and why."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        deciding.reverse(transaction, movement_id, by=person(), why=reason, now=datetime.now(UTC), day=day)
    session.answer({"movement": movement_id, "reversed": True}, f"movement {movement_id} is reversed")


@cash.command()
@inn_option
@kpp_option
@click.option("--from", "first_day", type=DAY, required=True, help="The first day of the limit.")
@click.option("--amount", type=MONEY, help="The most cash at the end of a day, roubles; no limit without it.")
@click.pass_obj
def limit(session: Session, *, inn: str, kpp: str | None, first_day: date, amount: int | None) -> None:
    """Set the cash limit of a cash book from a day on; the daily alert names days that end above it."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        book = _book(transaction, inn, kpp)
        deciding.set_limit(transaction, inn=inn, kpp=book, first_day=first_day, amount_kopecks=amount, by=person())
    most = None if amount is None else roubles(amount)
    text = f"from {first_day}: {'no limit' if most is None else f'{written(most)} ₽ at most'}"
    session.answer({"inn": inn, "kpp": book, "from": first_day, "amount": most}, text)


@cash.command()
@inn_option
@kpp_option
@click.option("--from", "first_day", type=DAY, required=True, help="The first day.")
@click.option("--to", "last_day", type=DAY, required=True, help="The last day, inclusive.")
@click.pass_obj
def show(session: Session, *, inn: str, kpp: str | None, first_day: date, last_day: date) -> None:
    """Show days of a cash book with their balances. Exit 1 where one ends above the limit or below zero."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        book = _book(transaction, inn, kpp)
        found = reading.days(transaction, inn, book, first_day, last_day)
        entered = reading.movements(transaction, inn, book, first_day, last_day, most=10_000)
    rows: list[dict[str, Any]] = [
        {"day": one.day, "opening": one.opening, "received": one.received, "given": one.given,
         "closing": one.closing, "over_limit": one.over_limit}
        for one in found
    ]  # fmt: skip
    unknown = any(one.closing is None for one in found)
    text = table(rows, _DAYS) or "no cash moved"
    if unknown:
        text += "\nthe balance is not known: `smena cash open` enters the opening balance"
    session.answer(
        {"inn": inn, "kpp": book, "days": rows, "movements": entered},
        text,
        waits=any(one.over_limit or one.is_below_nothing for one in found),
    )


@cash.command()
@inn_option
@click.option("--kpp", help="Of this cash book only.")
@click.option("--from", "first_day", type=DAY, required=True, help="The first day.")
@click.option("--to", "last_day", type=DAY, required=True, help="The last day, inclusive.")
@click.pass_obj
def journal(session: Session, *, inn: str, kpp: str | None, first_day: date, last_day: date) -> None:
    """List the journal of cash orders (КО-3): every number, also those rejected or reversed."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        organization_of(transaction, inn)
        rows = [
            dict(zip(reading.JOURNAL, row, strict=True))
            for row in reading.journal(transaction, inn, kpp, first_day, last_day)
        ]
    session.answer({"inn": inn, "orders": rows}, table(rows, _JOURNAL) or "no cash order")


def _book(transaction: Transaction, inn: str, kpp: str | None) -> str:
    organization = organization_of(transaction, inn)
    return organization.kpp if kpp is None else kpp


def _entered(movement: Movement) -> dict[str, Any]:
    row = movement.as_row()
    del row["import_key"]
    return row
