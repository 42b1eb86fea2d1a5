"""Parse addresses and forms of «Решения»: the filter, the order of the table, the page number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request

from smena.model.answers import WORDS
from smena.reads.decisions import ABOUT, SORTS, WITHOUT, Filter
from smena.ui.asking import CannotBe, day_of, inn_of, plain, sum_of

WORDS_OF = WORDS
NAMES = ("inn", "about", "advice", "from", "to", "least", "most", "sort", "order", "page")
"""Fields of the filter form; a redirect after a change repeats them, so that the reader gets the same page."""

_FALLING = ("money",)
"""Columns that are by default sorted with the greatest first."""
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class DecisionsRequest:
    """The decisions that a reader wants to see.

    Attributes:
        fields: the values given, by the names of NAMES, as typed.
        page: from 1.
        problem: the key of the message about a wrong value; then the filter lets everything through.
    """

    of: Filter
    fields: dict[str, str]
    sort: str
    down: bool
    page: int
    problem: str = ""


def request_of(given: Mapping[str, str]) -> DecisionsRequest:
    """Return the request of an address or a form."""
    fields = {name: plain(given[name])[:_LONGEST] for name in NAMES if plain(str(given.get(name, "")))}
    sort = fields.get("sort", "")
    sort = sort if sort in SORTS else SORTS[0]
    order = fields.get("order", "")
    down = order == "down" if order in ("up", "down") else sort in _FALLING
    number = fields.get("page", "1")
    page = int(number) if number.isdecimal() and len(number) < 6 else 1
    try:
        of, problem = _filter(fields), ""
    except CannotBe as wrong:
        of, problem = Filter(), str(wrong)
    return DecisionsRequest(of, fields, sort, down, max(page, 1), problem)


def _filter(fields: Mapping[str, str]) -> Filter:
    """Return the filter of these fields. Raises CannotBe."""
    first, last = day_of(fields.get("from", "")), day_of(fields.get("to", ""))
    least, most = sum_of(fields.get("least", "")), sum_of(fields.get("most", ""))
    if first and last and first > last:
        raise CannotBe("not_a_span")
    if least is not None and most is not None and least > most:
        raise CannotBe("not_a_span_of_sums")
    return Filter(
        inn_of(fields.get("inn", "")),
        _one_of(fields.get("about", ""), ABOUT),
        _one_of(fields.get("advice", ""), (*WORDS, WITHOUT)),
        first,
        last,
        least,
        most,
    )


def _one_of(word: str, words: tuple[str, ...]) -> str | None:
    if word and word not in words:
        raise CannotBe("not_understood")
    return word or None


def _here(request: Request) -> DecisionsRequest:
    return request_of(request.query_params)


def _sent(
    inn: Annotated[str, Form(max_length=_LONGEST)] = "",
    about: Annotated[str, Form(max_length=_LONGEST)] = "",
    advice: Annotated[str, Form(max_length=_LONGEST)] = "",
    from_: Annotated[str, Form(alias="from", max_length=_LONGEST)] = "",
    to: Annotated[str, Form(max_length=_LONGEST)] = "",
    least: Annotated[str, Form(max_length=_LONGEST)] = "",
    most: Annotated[str, Form(max_length=_LONGEST)] = "",
    sort: Annotated[str, Form(max_length=_LONGEST)] = "",
    order: Annotated[str, Form(max_length=_LONGEST)] = "",
    page: Annotated[str, Form(max_length=_LONGEST)] = "",
) -> DecisionsRequest:
    given = (inn, about, advice, from_, to, least, most, sort, order, page)
    return request_of(dict(zip(NAMES, given, strict=True)))


DecisionsQuery = Annotated[DecisionsRequest, Depends(_here)]
DecisionsForm = Annotated[DecisionsRequest, Depends(_sent)]
