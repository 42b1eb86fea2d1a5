"""Parse addresses and forms of «Документы»: the filter, the order of the table, the position in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import Depends, Form, Request

from smena.reads.documents import KINDS, SORTS, SOURCES, STATUSES, Filter, Place
from smena.ui.asking import CannotBe, day_of, id_of, inn_of, plain
from smena.warehouse.database import Row

WORDS = ("from", "to", "kind", "status", "source", "kpp", "number", "sales_point")
"""Fields that narrow the list."""
NAMES = ("inn", *WORDS, "sort", "order", "after", "key")
"""Fields of the filter form; a redirect after a change repeats them, so that the reader gets the same page."""
PRESETS = ("yesterday", "week", "month", "last_month", "quarter")

_FALLING = ("day", "amount")
"""Columns that are by default sorted with the greatest first."""
_LONGEST = 200
_GREATEST_KEY = 10**15
"""The sort key of a document without an amount, from `documents_page.sql`."""
_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class DocumentsRequest:
    """The documents that a reader wants to see.

    Attributes:
        fields: the values given, by the names of NAMES, as typed.
        after: the document after which the page begins; None is the first page.
        problem: the key of the message about a wrong value; then the filter lets everything through.
    """

    of: Filter
    fields: dict[str, str]
    sort: str
    down: bool
    after: Place | None
    problem: str = ""


def request_of(given: Mapping[str, str]) -> DocumentsRequest:
    """Return the request of an address or a form."""
    fields = {name: plain(str(given.get(name, "")))[:_LONGEST] for name in NAMES if name != "key"}
    # Not stripped: it is compared with a value of the table, which may contain blanks.
    fields["key"] = str(given.get("key", "")).replace("\0", "")[:_LONGEST]
    fields = {name: value for name, value in fields.items() if value}
    sort = fields.get("sort", "")
    sort = sort if sort in SORTS else SORTS[0]
    order = fields.get("order", "")
    down = order == "down" if order in ("up", "down") else sort in _FALLING
    try:
        return DocumentsRequest(_filter(fields), fields, sort, down, _after(fields, sort))
    except CannotBe as wrong:
        return DocumentsRequest(Filter(None), fields, sort, down, None, str(wrong))


def filter_of(
    inn: str | None, first_day: str, last_day: str, kind: str, status: str, source: str, kpp: str, number: str,
    sales_point: str = "",
) -> Filter:  # fmt: skip
    """Return the filter of these fields of an address or a form. Raises CannotBe."""
    first, last = day_of(first_day), day_of(last_day)
    if first and last and first > last:
        raise CannotBe("not_a_span")
    return Filter(
        inn,
        first,
        last,
        kind=_one_of(kind, KINDS),
        status=_one_of(status, STATUSES),
        source=_one_of(source, SOURCES),
        kpp=plain(kpp) or None,
        number=plain(number) or None,
        sales_point=plain(sales_point) or None,
    )


def place_of(row: Row, sort: str) -> dict[str, str]:
    """Return the fields of the address of the page after this row."""
    key = {"amount": row["number_key"], "status": row["number_key"], "counterparty": row["text_key"]}.get(sort, "")
    return {"after": f"{row['date']}_{row['number']}_{row['document_id']}", "key": str(key)}


def preset_days(preset: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of yesterday, of the last month, or of the week, month, quarter of `today`."""
    if preset == "yesterday":
        return today - timedelta(days=1), today - timedelta(days=1)
    if preset == "week":
        monday = today - timedelta(days=today.weekday())
        return monday, monday + timedelta(days=6)
    if preset == "last_month":
        return preset_days("month", today.replace(day=1) - timedelta(days=1))
    months = 1 if preset == "month" else 3
    first = today.replace(day=1, month=(today.month - 1) // months * months + 1)
    next_first = (first + timedelta(days=31 * months)).replace(day=1)
    return first, next_first - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The documents of a form: ids, or those of the filter if `is_filter`."""

    query: DocumentsRequest
    is_filter: bool
    ids: tuple[str, ...]

    def documents(self) -> list[str] | Filter:
        """Return the ids or the filter of the documents to mark. Raises CannotBe."""
        if self.query.problem:
            raise CannotBe(self.query.problem)
        if self.is_filter:
            return self.query.of
        ids = sorted({id_of(one) for one in self.ids})
        if not ids:
            raise CannotBe("nothing_chosen")
        return ids


def _filter(fields: Mapping[str, str]) -> Filter:
    return filter_of(inn_of(fields.get("inn", "")), *(fields.get(name, "") for name in WORDS))


def _after(fields: Mapping[str, str], sort: str) -> Place | None:
    written_day, _, rest = fields.get("after", "").partition("_")
    day = day_of(written_day)
    if day is None:
        return None
    number, _, document_id = rest.rpartition("_")
    key = fields.get("key", "")
    number_key, text_key = Decimal(0), ""
    if sort == "number":
        number_key, text_key = Decimal(len(number)), number
    elif sort == "counterparty":
        text_key = key
    elif sort in ("amount", "status"):
        try:
            number_key = Decimal(key)
        except InvalidOperation:
            raise CannotBe("not_understood") from None
        # Our keys are sums and counts, so a key with more than two decimal places is not ours.
        if not number_key.is_finite() or abs(number_key) > _GREATEST_KEY or number_key != round(number_key, 2):
            raise CannotBe("not_understood")
    return Place(day, number, id_of(document_id), number_key, text_key)


def _one_of(word: str, words: tuple[str, ...]) -> str | None:
    if word and word not in words:
        raise CannotBe("not_understood")
    return word or None


def _here(request: Request) -> DocumentsRequest:
    return request_of(request.query_params)


Word = Annotated[str, Form(max_length=_LONGEST)]


def _sent(
    request: Request,
    from_: Annotated[str, Form(alias="from", max_length=_LONGEST)] = "",
    to: Word = "",
    kind: Word = "",
    status: Word = "",
    source: Word = "",
    kpp: Word = "",
    number: Word = "",
    sales_point: Word = "",
    sort: Word = "",
    order: Word = "",
    after: Word = "",
    key: Word = "",
    scope: Annotated[str, Form(pattern="^(chosen|filter)$")] = "chosen",
    document: Annotated[list[str] | None, Form(max_length=_MOST_AT_ONCE)] = None,
) -> Chosen:
    given = (
        request.path_params.get("inn", ""), from_, to, kind, status, source, kpp, number, sales_point, sort, order,
        after, key,
    )  # fmt: skip
    query = request_of(dict(zip(NAMES, given, strict=True)))
    return Chosen(query, scope == "filter", tuple(document or ()))


DocumentsQuery = Annotated[DocumentsRequest, Depends(_here)]
ChosenByForm = Annotated[Chosen, Depends(_sent)]
