"""The organisations, and places of organisations, granted to each Airflow user: `control.page_user`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from smena.mandates.organizations import organization_of
from smena.model.errors import WrongUse
from smena.model.place import WHOLE, Place
from smena.warehouse.database import Row, Transaction, Warehouse


def is_granted(database: Warehouse | Transaction, user: str, inn: str) -> bool:
    """Whether this organisation, or every one, was granted to the user: whole, not only a place of it."""
    row = database.row("page_user", user_name=user)
    return row is not None and (bool(row["sees_all"]) or inn in row["organizations"])


def check_granted(database: Warehouse | Transaction, user: str | None, inn: str) -> None:
    """Raise WrongUse where the organisation was not granted to the user, or the user is not known.

    The error is the same whether there is such an organisation or not.
    """
    if not user:
        raise WrongUse(
            f"Airflow does not say who started this run, so {inn} is not loaded",
            fix="start it with the form, by the REST API, or by `smena integration enable`",
        )
    if not is_granted(database, user, inn):
        raise WrongUse(f"{inn} was not granted to {user}", fix=f"`smena access grant --user {user} --inn {inn}`")


def grants(database: Warehouse | Transaction) -> list[Row]:
    """Return all grants; `organization_inn` None is every organisation, `kpp` and `sales_point` None the whole one."""
    return database.rows("page_users")


def places(database: Warehouse | Transaction, inn: str | None = None) -> list[Row]:
    """Return the places in sight, organization_inn, kpp and sales_point of each; empty text is not known."""
    return database.rows("places", inn=inn)


def check_place(database: Warehouse | Transaction, inn: str, place: Place) -> None:
    """Raise WrongUse where no register or shop of the organisation ever stood at this place."""
    known = places(database, inn)
    if place.is_whole or any(place.has(row["kpp"], row["sales_point"]) for row in known):
        return
    kpps = sorted({row["kpp"] for row in known if row["kpp"]})
    points = sorted({row["sales_point"] for row in known if row["sales_point"]})
    raise WrongUse(
        f"{inn} has no register or shop at {place}",
        fix=f"КПП: {', '.join(kpps) or '—'}; points of sale: {', '.join(points) or '—'}",
    )


def check_whole(database: Warehouse | Transaction, inn: str) -> None:
    """Raise WrongUse where the reader sees only places of the organisation, for what concerns all of it."""
    if not (database.row("sees_whole", inn=inn) or {"is_whole": False})["is_whole"]:
        raise WrongUse(
            f"this concerns the whole organisation {inn}, and this login sees only a part of it",
            fix="ask the chief accountant or an administrator",
        )


def grant(
    transaction: Transaction, users: Sequence[str], inns: Sequence[str] | None, *, place: Place = WHOLE, by: str
) -> None:
    """Grant organisations, a place of them, or every one (None), to users; the same again changes nothing.

    Raises WrongUse where an organisation is not registered or has no such place.
    """
    for inn in inns or ():
        organization_of(transaction, inn)
        check_place(transaction, inn, place)
    _check_whose(inns, place)
    for user, whose in product(users, inns or (None,)):
        if place.is_whole:
            transaction.run("page_user_grant", user_name=user, inn=whose, granted_by=by)
        else:
            transaction.run(
                "page_place_grant",
                user_name=user,
                inn=whose,
                kpp=place.kpp,
                sales_point=place.sales_point,
                granted_by=by,
            )


def revoke(
    transaction: Transaction, users: Sequence[str], inns: Sequence[str] | None, *, place: Place = WHOLE, by: str
) -> None:
    """Revoke the grants of these organisations or of a place of them, or (None) every grant of these users."""
    _check_whose(inns, place)
    for user, whose in product(users, inns or (None,)):
        transaction.run(
            "page_user_revoke", user_name=user, inn=whose, kpp=place.kpp, sales_point=place.sales_point, by=by
        )


def _check_whose(inns: Sequence[str] | None, place: Place) -> None:
    if not inns and not place.is_whole:
        raise WrongUse("a place is of an organisation", fix="give --inn")
