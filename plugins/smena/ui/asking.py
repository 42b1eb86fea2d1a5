"""What addresses and forms say, checked: text of a bounded length, days, months, ids. 400 for what cannot be."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Form, Path, Query
from pydantic import AfterValidator

from smena.model.product import products

Inn = Annotated[str, Path(pattern=r"^[0-9]{10}([0-9]{2})?$")]
AnyInn = Annotated[str, Query(pattern=r"^([0-9]{10}([0-9]{2})?)?$")]


def _installed(product: str) -> str:
    if product not in products():
        raise ValueError(f"there is no product {product}")
    return product


Product = Annotated[str, Path(), AfterValidator(_installed)]
AnyProduct = Annotated[str, Query(), AfterValidator(_installed)]
ExportFormat = Annotated[str, Path(pattern=r"^(xlsx|csv)$")]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Text = Annotated[str, Query(max_length=200)]
Typed = Annotated[str, Form(max_length=500)]
Day = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]

_INN = re.compile(r"[0-9]{10}([0-9]{2})?")
_SUM = re.compile(r"[0-9]{1,13}([.,][0-9]{1,2})?")

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


class CannotBe(ValueError):
    """What was asked for makes no sense; the key of the sentence that says so."""


def day_of(text: str) -> date | None:
    """A day, or None where nothing was given. Raises CannotBe."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CannotBe("not_a_day") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise CannotBe("not_a_day")
    return day


def inn_of(text: str) -> str | None:
    """An ИНН, or None where nothing was given. Raises CannotBe."""
    if text and not _INN.fullmatch(text):
        raise CannotBe("not_understood")
    return text or None


def sum_of(text: str) -> Decimal | None:
    """Roubles as a person types them (`1 234,50`), or None where nothing was given. Raises CannotBe."""
    if not text:
        return None
    found = _SUM.fullmatch("".join(text.split()))
    if found is None:
        raise CannotBe("not_a_sum")
    return Decimal(found[0].replace(",", "."))


def id_of(text: str) -> str:
    """A document's id. Raises CannotBe."""
    try:
        return str(UUID(text))
    except ValueError:
        raise CannotBe("not_an_id") from None


def ticked(numbers: list[int] | None) -> list[int]:
    """The rows of a page that were ticked, by number, each once. Raises CannotBe."""
    chosen = sorted(set(numbers or ()))
    if not chosen:
        raise CannotBe("nothing_chosen")
    if chosen[0] < 1 or chosen[-1] >= 2**63:
        raise CannotBe("not_an_id")
    return chosen


def month_of(text: str, today: date) -> tuple[date, date]:
    """The first and the last day of a month, `YYYY-MM`; of this one where nothing was given. Raises CannotBe."""
    first = day_of(f"{text}-01") if text else today.replace(day=1)
    if first is None or len(text) not in (0, 7):
        raise CannotBe("not_a_day")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def plain(text: str) -> str:
    """Without what PostgreSQL's text cannot hold, and without blanks around it."""
    return text.replace("\0", "").strip()
