"""`smena access`: who sees which organisations on the pages."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import click

from smena.airflow.connections import airflow_from_environment, warehouse_from_environment
from smena.cli.answer import Session, without_controls
from smena.cli.help import Commands
from smena.cli.organization import person
from smena.cli.parameters import INN
from smena.cli.tables import table
from smena.mandates import grants
from smena.model.errors import SmenaError, WrongUse
from smena.model.place import Place
from smena.warehouse.database import Row, Warehouse

_log = logging.getLogger(__name__)

# Short, because it is used only for a warning after the grant is committed.
_RETRY_POLICY: Mapping[str, int] = {"connect_s": 3, "read_s": 5, "deadline_s": 8, "attempts": 1}

_COLUMNS = {
    "user_name": "user",
    "organization": "organisation",
    "kpp": "КПП",
    "sales_point": "point of sale",
    "granted_by": "granted by",
    "granted_at": "since",
}


def _named(_context: click.Context, _parameter: click.Parameter, users: tuple[str, ...]) -> tuple[str, ...]:
    if not all(user.strip() for user in users):
        raise click.BadParameter("the name of a user is empty")
    return users


user_option = click.option(
    "--user",
    "users",
    required=True,
    multiple=True,
    callback=_named,
    help="The name in Airflow, or the database login; again for more.",
)
inn_option = click.option("--inn", "inns", type=INN, multiple=True, help="Of this organisation; again for more.")
kpp_option = click.option("--kpp", help="Only what belongs to this КПП of the organisation.")
sales_point_option = click.option("--sales-point", help="Only what belongs to this point of sale of it, by its name.")
all_option = click.option("--all", "is_all", is_flag=True, help="Of every organisation, those to come among them.")


@click.group(cls=Commands)
def access() -> None:
    """Who sees which organisations on the pages; without a grant: none."""


@access.command()
@user_option
@inn_option
@kpp_option
@sales_point_option
@all_option
@click.pass_obj
def grant(
    session: Session,
    *,
    users: tuple[str, ...],
    inns: tuple[str, ...],
    kpp: str | None,
    sales_point: str | None,
    is_all: bool,
) -> None:
    """Give a person access to organisations, to a place of them, or to all; the same again changes nothing.

    Warns of a user that Airflow does not know, if SMENA_AIRFLOW_URL is set and its user may read Airflow's users.
    """
    wanted = _wanted(inns, is_all)
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        grants.grant(transaction, users, wanted, place=_place(kpp, sales_point), by=person())
        rows = grants.grants(transaction)
    # After the transaction, so that its locks do not wait for Airflow.
    unknown = _unknown_users(users)
    for user in unknown or ():
        line = f"Airflow knows no user {user}: the grant opens no page until there is one of that exact name"
        click.echo(f"smena: {without_controls(line)}", err=True)
    _answer(session, rows, unknown)


@access.command()
@user_option
@inn_option
@kpp_option
@sales_point_option
@all_option
@click.pass_obj
def revoke(
    session: Session,
    *,
    users: tuple[str, ...],
    inns: tuple[str, ...],
    kpp: str | None,
    sales_point: str | None,
    is_all: bool,
) -> None:
    """Take back a person's access to organisations, to a place of them, or (--all) every grant."""
    wanted = _wanted(inns, is_all)
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        grants.revoke(transaction, users, wanted, place=_place(kpp, sales_point), by=person())
        _answer(session, grants.grants(transaction))


@access.command()
@click.pass_obj
def roles(session: Session) -> None:
    """Make the roles of Smena in Airflow (FAB): auditor, accountant, engineer; the same again changes nothing.

    Needs access to Airflow's own database: in Compose, run `docker compose exec api-server smena access roles`.
    """
    from smena.airflow.roles import make_roles

    made = make_roles()
    facts = [{"role": one.name, "new": one.is_new, "added": one.added, "removed": one.removed} for one in made]
    lines = [{"role": one.name, "added": len(one.added), "removed": len(one.removed)} for one in made]
    session.answer({"roles": facts}, table(lines, {"role": "role", "added": "rights added", "removed": "taken away"}))


@access.command("list")
@click.pass_obj
def list_(session: Session) -> None:
    """List who sees which organisations."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        _answer(session, grants.grants(transaction))


def _wanted(inns: tuple[str, ...], is_all: bool) -> tuple[str, ...] | None:
    if bool(inns) == is_all:
        raise WrongUse("say of which organisation", fix="give --inn, or --all")
    return inns or None


def _place(kpp: str | None, sales_point: str | None) -> Place:
    return Place(kpp or None, (sales_point or "").strip() or None)


def _unknown_users(users: Sequence[str]) -> list[str] | None:
    """Return the users that Airflow does not know; None where it cannot be asked."""
    from smena.sources.airflow import AirflowClient
    from smena.sources.http import RetryPolicy

    try:
        address = airflow_from_environment()
        if address is None:
            return None
        client = AirflowClient(address, RetryPolicy(**_RETRY_POLICY))
        try:
            return client.unknown_users(dict.fromkeys(users))
        finally:
            client.close()
    except SmenaError as error:
        _log.info("whether Airflow knows these users was not checked: %s", error)
        return None


def _answer(session: Session, rows: Sequence[Row], unknown: Sequence[str] | None = None) -> None:
    shown = [row | {"organization": row["organization_inn"] or "all"} for row in rows]
    data = {"access": rows} if unknown is None else {"access": rows, "unknown_users": unknown}
    session.answer(data, table(shown, _COLUMNS) or "nobody sees anything yet")
