"""The desk's way to the warehouse: what is read is read as an accountant, under row-level security."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from smena.runtime.context import Context
from smena.warehouse.database import Row, Transaction, Warehouse

ALL = "*"


@dataclass(frozen=True, slots=True)
class User:
    """Who asks, as Airflow knows him.

    Attributes:
        name: in Airflow; it signs what he decides, and by it `control.page_user` tells what he sees.
        may_act: whether the role in Airflow lets the person decide (`smena.airflow.roles`).
        session: of his browser; forms are bound to it.
        may_administer: whether the person may edit Airflow's connections, and with them has the warehouse.
    """

    name: str
    may_act: bool
    session: str = field(repr=False, default="")
    may_administer: bool = False


class NotInSight(Exception):
    """What was asked for is not there for who asks: it belongs to another, or does not exist. Nobody learns which."""


class Pages:
    """Transactions of the pages.

    Args:
        context: how a page that plans reaches the operator; its warehouse is read by all. Made when first asked for.
    """

    def __init__(self, context: Callable[[], Context]) -> None:
        self._context = context

    @cached_property
    def context(self) -> Context:
        """The road, with the connection `warehouse` of Airflow."""
        return self._context()

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse as itself, with no eyes closed: only for what was found to be in sight."""
        return self.context.warehouse

    @contextmanager
    def reading(self, user: User) -> Iterator[Transaction]:
        """A read-only transaction in which nothing but the visitor's organisations can be seen, whatever is asked."""
        with self.warehouse.transaction() as transaction:
            transaction.rows("page_only_reads")
            _enter(transaction, user)
            yield transaction

    @contextmanager
    def editing(self, user: User, look: Callable[[Transaction], object]) -> Iterator[Transaction]:
        """A transaction that writes, after `look` has found, with the visitor's eyes, all that it is about.

        `look` raises NotInSight where it has not.
        """
        with self.warehouse.transaction() as transaction:
            _enter(transaction, user)
            look(transaction)
            transaction.rows("page_leave")
            yield transaction


def _enter(transaction: Transaction, user: User) -> None:
    granted = transaction.row("page_user", user_name=user.name) or {"sees_all": False, "organizations": []}
    organizations = ALL if granted["sees_all"] else ",".join(granted["organizations"])
    transaction.rows("page_enter", organizations=organizations)


def organization_in_sight(transaction: Transaction, inn: str) -> Row:
    """The organisation. Raises NotInSight."""
    row = transaction.row("page_organization", inn=inn)
    if row is None:
        raise NotInSight
    return row


def first_in_sight(pages: Pages, who: User) -> str:
    """The ИНН of the first organisation by name, for a page that was opened without one; empty where there is none."""
    with pages.reading(who) as transaction:
        listed = transaction.rows("page_organizations", search="", most=1)
    return listed[0]["inn"] if listed else ""
