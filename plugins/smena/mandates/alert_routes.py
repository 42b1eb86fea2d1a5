"""Routes of alerts: which connection gets the messages of which organisation, КПП or point of sale."""

from __future__ import annotations

from smena.mandates.grants import check_place
from smena.mandates.organizations import organization_of
from smena.model.errors import WrongUse
from smena.model.place import Place
from smena.warehouse.database import Row, Transaction, Warehouse


def routes(database: Warehouse | Transaction) -> list[Row]:
    """Return all routes: alert_route_id, connection, organization_inn (None: every one), kpp and sales_point."""
    return database.rows("alert_routes")


def add_route(transaction: Transaction, connection: str, inn: str | None, place: Place, *, by: str) -> None:
    """Add a route; the same again changes nothing.

    Raises WrongUse where the organisation is not registered, or has no register or shop at the place.
    """
    if inn is None:
        if not place.is_whole:
            raise WrongUse("a place is of an organisation", fix="give --inn")
    else:
        organization_of(transaction, inn)
        check_place(transaction, inn, place)
    transaction.run(
        "alert_route_add", connection=connection, inn=inn, kpp=place.kpp, sales_point=place.sales_point, added_by=by
    )


def remove_route(transaction: Transaction, route_id: int) -> None:
    """Remove a route. Raises WrongUse where there is none of this number."""
    if not transaction.run("alert_route_remove", route_id=route_id):
        raise WrongUse(f"there is no route {route_id}", fix="`smena alert-routes list` lists them")
