"""Transactions in which the pages in Airflow read and change the warehouse for the user who is logged in.

The database filters rows by organisation (row-level security), so a page whose query lacks a filter shows nothing that
the user may not see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from smena.model.place import WHOLE, Place
from smena.reads.sight import ALL, see_as
from smena.runtime.context import Context
from smena.warehouse.database import Row, Transaction, Warehouse


@dataclass(frozen=True, slots=True)
class User:
    """The user of a request, from Airflow.

    Attributes:
        name: the user's name in Airflow. Decisions are signed with the name, and `control.page_user` lists the
            organisations that the user may see.
        may_act: whether the user's role in Airflow permits decisions (`smena.airflow.roles`).
        session: the session of the browser, to which form tokens are bound.
        may_administer: whether the user may edit Airflow's connections, and so can reach the whole warehouse.
    """

    name: str
    may_act: bool
    session: str = field(repr=False, default="")
    may_administer: bool = False


class NotInSight(Exception):
    """The requested thing does not exist or the user may not see it; the response does not reveal which."""


class OnlyInPart(Exception):
    """What is asked concerns the whole organisation, and the user sees only a КПП or a point of sale of it."""


class Pages:
    """Transactions of the pages.

    Args:
        context: makes the context, at the first request. All pages use the warehouse of the context, the plan page its
            client of the OFD.
    """

    def __init__(self, context: Callable[[], Context]) -> None:
        self._context = context

    @cached_property
    def context(self) -> Context:
        """The context, with the connection `warehouse` of Airflow."""
        return self._context()

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse without row-level security: only for things that the user was found to be allowed to see."""
        return self.context.warehouse

    @contextmanager
    def reading(self, user: User, *, only: tuple[str, Place] | None = None) -> Iterator[Transaction]:
        """Open a read-only transaction in which only what the user sees is visible.

        `only` is an ИНН and a place: of what the user sees, only what belongs to them is visible.
        """
        with self.warehouse.transaction() as transaction:
            transaction.rows("page_only_reads")
            _enter(transaction, user, only)
            yield transaction

    @contextmanager
    def editing(self, user: User, look: Callable[[Transaction], object]) -> Iterator[Transaction]:
        """Open a transaction that writes, after `look` has checked what the user may see.

        `look` runs under the user's row-level security, and raises NotInSight for anything hidden. The block
        runs without row-level security.
        """
        with self.warehouse.transaction() as transaction:
            _enter(transaction, user)
            look(transaction)
            transaction.rows("page_leave")
            yield transaction


def _enter(transaction: Transaction, user: User, only: tuple[str, Place] | None = None) -> None:
    nothing: Row = {"sees_all": False, "organizations": [], "places": []}
    granted = transaction.row("page_user", user_name=user.name) or nothing
    if only is None or only[1].is_whole:
        organizations = ALL if granted["sees_all"] else ",".join(granted["organizations"])
        see_as(transaction, organizations=organizations, places=granted["places"])
        return
    inn, place = only
    of_inn = [Place(row["kpp"], row["sales_point"]) for row in granted["places"] if row["organization_inn"] == inn]
    seen = [WHOLE] if granted["sees_all"] or inn in granted["organizations"] else of_inn
    narrowed = [one for one in (each.within(place) for each in seen) if one is not None]
    see_as(
        transaction,
        organizations="",
        places=[{"organization_inn": inn, "kpp": one.kpp, "sales_point": one.sales_point} for one in narrowed],
    )


def organization_in_sight(transaction: Transaction, inn: str) -> Row:
    """Return the organisation. Raises NotInSight if it does not exist or the user may not see it."""
    row = transaction.row("page_organization", inn=inn)
    if row is None:
        raise NotInSight
    return row


def whole_organization(transaction: Transaction, inn: str) -> Row:
    """Return the organisation, for what concerns all of it: settings, closed periods, switching, certificates.

    Raises NotInSight as `organization_in_sight` does, and OnlyInPart where the user sees only places of it.
    """
    row = organization_in_sight(transaction, inn)
    if not sees_whole(transaction, inn):
        raise OnlyInPart
    return row


def sees_whole(transaction: Transaction, inn: str) -> bool:
    """Whether the user sees the whole organisation, not only places of it."""
    return bool((transaction.row("sees_whole", inn=inn) or {"is_whole": False})["is_whole"])


def sees_every_one(transaction: Transaction) -> bool:
    """Whether every organisation, those to come among them, was granted to the user."""
    return bool((transaction.row("page_sees_all") or {"sees_all": False})["sees_all"])


def book_in_sight(transaction: Transaction, inn: str, kpp: str) -> None:
    """Raise NotInSight for an organisation that the user may not see, OnlyInPart for a cash book of another place."""
    organization_in_sight(transaction, inn)
    if not (transaction.row("page_sees_book", inn=inn, kpp=kpp) or {"is_seen": False})["is_seen"]:
        raise OnlyInPart


def first_in_sight(pages: Pages, who: User) -> str:
    """Return the ИНН of the first organisation by name, the default of a page; empty if there is none to see."""
    with pages.reading(who) as transaction:
        listed = transaction.rows("page_organizations", search="", most=1)
    return listed[0]["inn"] if listed else ""
