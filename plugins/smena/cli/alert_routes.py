"""`smena alert-routes`: which connection gets the alerts of which organisation, КПП or point of sale."""

from __future__ import annotations

from collections.abc import Sequence

import click

from smena.airflow.connections import warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.help import Commands
from smena.cli.organization import person
from smena.cli.parameters import INN
from smena.cli.tables import table
from smena.mandates import alert_routes as routes
from smena.model.place import Place
from smena.warehouse.database import Row, Warehouse

_COLUMNS = {
    "alert_route_id": "id", "connection": "connection", "organization": "organisation", "kpp": "КПП",
    "sales_point": "point of sale",
}  # fmt: skip


@click.group("alert-routes", cls=Commands)
def alert_routes() -> None:
    """Who gets the alerts of which organisation, КПП or point of sale, besides `smena_alerts`, which gets all."""


@alert_routes.command("list")
@click.pass_obj
def list_(session: Session) -> None:
    """List the routes."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        _answer(session, routes.routes(transaction))


@alert_routes.command()
@click.option("--connection", required=True, help="The id of the connection in Airflow that the messages go out by.")
@click.option("--inn", type=INN, help="Of this organisation; without it of every one.")
@click.option("--kpp", help="Only what belongs to this КПП of the organisation.")
@click.option("--sales-point", help="Only what belongs to this point of sale of it, by its name.")
@click.pass_obj
def add(session: Session, *, connection: str, inn: str | None, kpp: str | None, sales_point: str | None) -> None:
    """Send the alerts of an organisation, a КПП or a point of sale by a connection too; the same again adds nothing."""
    place = Place(kpp or None, (sales_point or "").strip() or None)
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        routes.add_route(transaction, connection.strip(), inn, place, by=person())
        _answer(session, routes.routes(transaction))


@alert_routes.command()
@click.argument("route", type=click.IntRange(1, 2**63 - 1))
@click.pass_obj
def remove(session: Session, *, route: int) -> None:
    """Remove a route by its number."""
    with Warehouse(warehouse_from_environment()).transaction() as transaction:
        routes.remove_route(transaction, route)
        _answer(session, routes.routes(transaction))


def _answer(session: Session, rows: Sequence[Row]) -> None:
    shown = [row | {"organization": row["organization_inn"] or "all"} for row in rows]
    text = table(shown, _COLUMNS) if shown else "`smena_alerts` gets everything; there is no other route"
    session.answer({"routes": rows}, text)
