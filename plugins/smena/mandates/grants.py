"""The organisations granted to each Airflow user: `control.page_user`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from smena.mandates.organizations import organization_of
from smena.model.errors import WrongUse
from smena.warehouse.database import Row, Transaction, Warehouse


def is_granted(database: Warehouse | Transaction, user: str, inn: str) -> bool:
    """Whether this organisation, or every one, was granted to the user."""
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
    """Return all grants: `organization_inn` None is every organisation."""
    return database.rows("page_users")


def grant(transaction: Transaction, users: Sequence[str], inns: Sequence[str] | None, *, by: str) -> None:
    """Grant organisations, or every one (None), to users; the same again changes nothing.

    Raises WrongUse where an organisation is not registered.
    """
    for inn in inns or ():
        organization_of(transaction, inn)
    for user, whose in product(users, inns or (None,)):
        transaction.run("page_user_grant", user_name=user, inn=whose, granted_by=by)


def revoke(transaction: Transaction, users: Sequence[str], inns: Sequence[str] | None, *, by: str) -> None:
    """Revoke the grants of these organisations, or (None) every grant of these users."""
    for user, whose in product(users, inns or (None,)):
        transaction.run("page_user_revoke", user_name=user, inn=whose, by=by)
