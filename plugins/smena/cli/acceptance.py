"""`smena accept`, `smena reject`, `smena unaccept`: one document or many, all or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session, roubles_text
from smena.cli.organization import person
from smena.cli.parameters import DAY, INN
from smena.decisions.documents import ACCEPTED, NEW, REJECTED, mark
from smena.model.errors import WrongUse
from smena.reads.documents import KINDS, SOURCES, Filter
from smena.warehouse.database import Warehouse

_STDIN = "-"
_DONE = {ACCEPTED: "accepted", REJECTED: "rejected", NEW: "new again"}


def _asked(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--number", help="Only documents of this number."),
        click.option("--kpp", help="Only documents of this КПП."),
        click.option("--source", type=click.Choice(SOURCES), help="Only documents of this source."),
        click.option("--kind", type=click.Choice(KINDS), help="Only documents of this kind."),
        click.option("--to", "last_day", type=DAY, help="The last date of the filter."),
        click.option("--from", "first_day", type=DAY, help="The first date of the filter."),
        click.option("--inn", type=INN, help="By filter: documents of this organisation."),
        click.argument("documents", nargs=-1, metavar="[DOCUMENT_ID…]"),
    ):
        command = option(command)
    return command


@click.command()
@_asked
@click.option("--reason", help="Kept in the history.")
@click.pass_obj
def accept(session: Session, /, *, reason: str | None, **options: Any) -> None:
    """Accept documents: by id (`-` reads ids from stdin), or new ones by --inn --from --to. All or nothing."""
    _mark(session, ACCEPTED, reason, **options)


@click.command()
@_asked
@click.option("--reason", required=True, help="Why; kept in the history.")
@click.pass_obj
def reject(session: Session, /, *, reason: str, **options: Any) -> None:
    """Reject documents: by id (`-` reads ids from stdin), or new ones by --inn --from --to. All or nothing."""
    _mark(session, REJECTED, reason, **options)


@click.command()
@_asked
@click.option("--reason", required=True, help="Why: it is kept with the document.")
@click.pass_obj
def unaccept(session: Session, /, *, reason: str, **options: Any) -> None:
    """Take acceptance back: the documents are new again. By id, or accepted ones by --inn --from --to. All or nothing.

    Not in a closed period, and not of a document of which a decision waits.
    """
    _mark(session, NEW, reason, **options)


def _mark(session: Session, status: str, reason: str | None, **options: Any) -> None:
    wanted = _wanted(**options)
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        marked = mark(transaction, wanted, status=status, by=person(), reason=reason)
    count = sum(row["documents"] for row in marked.documents)
    sums = ", ".join(f"{row['kind']} {row['documents']} ({roubles_text(row['amount'])})" for row in marked.documents)
    text = f"{marked.changed} documents {_DONE[status]}" + (
        f", {count - marked.changed} were already" if count > marked.changed else ""
    )
    session.answer(
        {"status": status, "changed": marked.changed, "documents": marked.documents},
        f"{text}: {sums}" if sums else text,
    )


def _wanted(
    documents: tuple[str, ...],
    inn: str | None,
    first_day: date | None,
    last_day: date | None,
    **more: str | None,
) -> list[str] | Filter:
    filtered = [value for value in (inn, first_day, last_day, *more.values()) if value is not None]
    if documents and filtered:
        raise WrongUse("documents are named by id or by a filter, not by both")
    if documents:
        named = [word for one in documents for word in (sys.stdin.read().split() if one == _STDIN else [one])]
        return [_checked(word) for word in named]
    if inn is None or first_day is None or last_day is None:
        raise WrongUse("no document is named", fix="give ids, or --inn with --from and --to")
    return Filter(inn, first_day, last_day, **more)


def _checked(document_id: str) -> str:
    try:
        return str(UUID(document_id))
    except ValueError:
        raise WrongUse(f"{document_id!r} is not a document's id", fix="`smena documents` lists them") from None
