"""`smena access`: who sees which organisations on the desk's pages."""

from __future__ import annotations

from itertools import product

import click

from smena.cli.answer import Session, table
from smena.cli.help import Commands
from smena.cli.organization import person
from smena.cli.parameters import INN
from smena.connections import warehouse_from_environment
from smena.integration.organizations import organization_of
from smena.model.errors import WrongUse
from smena.warehouse.database import Transaction, Warehouse

_COLUMNS = {"user_name": "user", "organization": "organisation", "granted_by": "granted by", "granted_at": "since"}

user_option = click.option(
    "--user", "users", required=True, multiple=True, help="The name in Airflow, or the database login; again for more."
)
inn_option = click.option("--inn", "inns", type=INN, multiple=True, help="Of this organisation; again for more.")
all_option = click.option("--all", "is_all", is_flag=True, help="Of every organisation, those to come among them.")


@click.group(cls=Commands)
def access() -> None:
    """Who sees which organisations on the desk's pages; without a grant: none."""


@access.command()
@user_option
@inn_option
@all_option
@click.pass_obj
def grant(session: Session, *, users: tuple[str, ...], inns: tuple[str, ...], is_all: bool) -> None:
    """Open organisations, or all, to a person; the same again changes nothing."""
    wanted = _wanted(inns, is_all)
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        for inn in inns:
            organization_of(transaction, inn)
        for user, whose in product(users, wanted):
            transaction.run("desk_user_grant", user_name=user, inn=whose, granted_by=person())
        _answer(session, transaction)


@access.command()
@user_option
@inn_option
@all_option
@click.pass_obj
def revoke(session: Session, *, users: tuple[str, ...], inns: tuple[str, ...], is_all: bool) -> None:
    """Take back organisations, or (--all) all that was ever opened to a person."""
    wanted = _wanted(inns, is_all)
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        for user, whose in product(users, wanted):
            transaction.run("desk_user_revoke", user_name=user, inn=whose)
        _answer(session, transaction)


@access.command()
@click.pass_obj
def roles(session: Session) -> None:
    """Make the roles of Smena in Airflow (FAB): auditor, accountant, engineer; the same again changes nothing.

    Runs where Airflow's own database is known: in Compose, `docker compose exec api-server smena access roles`.
    """
    from smena.airflow_roles import make_roles

    made = make_roles()
    facts = [{"role": one.name, "new": one.is_new, "added": one.added, "removed": one.removed} for one in made]
    lines = [{"role": one.name, "added": len(one.added), "removed": len(one.removed)} for one in made]
    session.answer({"roles": facts}, table(lines, {"role": "role", "added": "rights added", "removed": "taken away"}))


@access.command("list")
@click.pass_obj
def list_(session: Session) -> None:
    """Who sees what."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        _answer(session, transaction)


def _wanted(inns: tuple[str, ...], is_all: bool) -> tuple[str | None, ...]:
    if bool(inns) == is_all:
        raise WrongUse("say of which organisation", fix="give --inn, or --all")
    return inns or (None,)


def _answer(session: Session, transaction: Transaction) -> None:
    rows = transaction.rows("desk_users")
    shown = [row | {"organization": row["organization_inn"] or "all"} for row in rows]
    session.answer({"access": rows}, table(shown, _COLUMNS) or "nobody sees anything yet")
