"""The sight of an accountant: row-level security for the rest of a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smena.model.place import Place
from smena.warehouse.database import Transaction, as_json

ALL = "*"


def see_as(transaction: Transaction, *, organizations: str, places: Sequence[dict[str, Any]]) -> None:
    """Run the rest of the transaction as an accountant who sees these organisations, and these places of others.

    Args:
        organizations: their ИНН, separated by commas, or ALL.
        places: organization_inn, kpp and sales_point of each; None is any.
    """
    transaction.rows("sight", organizations=organizations, places=as_json(list(places)))


def see_place(transaction: Transaction, inn: str, place: Place) -> None:
    """Run the rest of the transaction as an accountant of this place, or of the whole organisation."""
    if place.is_whole:
        see_as(transaction, organizations=inn, places=())
    else:
        only = {"organization_inn": inn, "kpp": place.kpp, "sales_point": place.sales_point}
        see_as(transaction, organizations="", places=[only])
