"""Documents of «Учет → Документы»: one filter and one set of queries for the command line, the pages and exports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from smena.warehouse.database import Row, Transaction, Warehouse

CASH_ORDERS = ("pko", "rko")
KINDS = (*CASH_ORDERS, "cashless_report", "sales_report", "waybill")
STATUSES = ("new", "accepted", "rejected", "reversed")
SOURCES = ("ofd", "market")
SORTS = ("day", "number", "amount", "counterparty", "status")
"""Columns by which a page of documents is sorted."""

_EXPORT_CHUNK_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents are wanted; None is any. Without an ИНН: of all organisations that the reader may see."""

    inn: str | None
    first_day: date | None = None
    last_day: date | None = None
    kind: str | None = None
    status: str | None = None
    source: str | None = None
    kpp: str | None = None
    number: str | None = None
    sales_point: str | None = None

    @property
    def conditions(self) -> dict[str, Any]:
        """The parameters of the SQL function `accounting.documents`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Place:
    """The last document of a page; the next page begins after it.

    Attributes:
        number_key, text_key: the sort keys of that document, as `page_of` returned them for the same sort.
    """

    date: date
    number: str
    document_id: str
    number_key: Decimal = Decimal(0)
    text_key: str = ""


def documents(database: Transaction | Warehouse, wanted: Filter) -> list[Row]:
    """Return all documents of a filter, in the order of the books: by day, cash book, kind and number."""
    return database.rows("documents", **wanted.conditions)


def page_of(
    database: Transaction | Warehouse, wanted: Filter, *, sort: str, down: bool, after: Place | None, most: int
) -> list[Row]:
    """Return a page of the documents of a filter, sorted by a column of SORTS; `down`: the greatest first.

    Documents that are equal in the column are sorted by day, number and id, so that each is on one page only.
    """
    return database.rows(
        "documents_page",
        **wanted.conditions,
        sort=sort,
        down=down,
        after_date=after.date if after else None,
        after_number=after.number if after else "",
        after_id=after.document_id if after else None,
        after_number_key=after.number_key if after else None,
        after_text_key=after.text_key if after else "",
        most=most,
    )


def totals(database: Transaction | Warehouse, wanted: Filter) -> list[Row]:
    """Return, by `kind` and `status`, how many documents a filter finds, their `amount`, how many have no amount."""
    return database.rows("documents_totals", **wanted.conditions)


def organizations_of(database: Transaction | Warehouse, wanted: Filter, *, most: int) -> list[Row]:
    """Return `inn` and `name` of the organisations in sight that have documents of a filter: the first by name."""
    return database.rows("documents_organizations", **wanted.conditions, most=most)


def exported(transaction: Transaction, wanted: Filter) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `documents` with the columns of `smena.reports.columns.DOCUMENTS`."""
    return transaction.stream("export_documents", chunk_rows=_EXPORT_CHUNK_ROWS, **wanted.conditions)


def are_in_sight(transaction: Transaction, named: Sequence[str], inn: str | None = None) -> bool:
    """Whether the reader may see each of these different documents, and all are of organisation `inn` if given."""
    row = transaction.row("documents_in_sight", documents=list(named), inn=inn)
    return row is not None and row["documents"] == len(named)


def printed(database: Transaction | Warehouse, document_id: str) -> Row | None:
    """Return the values of a cash order's form; None if the reader may see no such order."""
    rows = printed_orders(database, [document_id])
    return rows[0] if rows else None


def printed_orders(database: Transaction | Warehouse, documents: Sequence[str]) -> list[Row]:
    """Return the values of the forms of the cash orders among these documents that the reader may see.

    The order is by day and number.
    """
    return database.rows("print_order", documents=list(documents))


def document_of(database: Transaction | Warehouse, document_id: str) -> Row | None:
    """Return the row of `accounting.document`; None if the reader may see no such document."""
    return database.row("document", document_id=document_id)


def orders_of_shifts(database: Transaction | Warehouse, shifts: Sequence[str]) -> list[Row]:
    """Return the cash orders of these shifts by source, kind and number, including reversed orders."""
    rows = database.rows("orders_of_shifts", shifts=list(shifts))
    return sorted(rows, key=lambda row: (row["source"], row["kind"], row["number"]))


def of_market(
    database: Transaction | Warehouse, document_id: str, *, after: int, most: int
) -> tuple[Row, list[Row]] | None:
    """Return the fields that only documents of Kontur.Market have, and a page of lines after line number `after`.

    Returns None if the reader may see no such document.
    """
    head = database.row("market_document", document_id=document_id)
    if head is None:
        return None
    return head, database.rows("market_document_lines", document_id=document_id, after=after, most=most)
