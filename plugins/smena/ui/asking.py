"""Check and parse values of addresses and forms: bounded text, days, months, ids. A wrong value gives status 400."""

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
    """A value of an address or form is wrong; the argument is the key of the message."""


def day_of(text: str) -> date | None:
    """Return a day, None for an empty text. Raises CannotBe."""
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
    """Return an ИНН, None for an empty text. Raises CannotBe."""
    if text and not _INN.fullmatch(text):
        raise CannotBe("not_understood")
    return text or None


def sum_of(text: str) -> Decimal | None:
    """Return roubles as a person types them (`1 234,50`), None for an empty text. Raises CannotBe."""
    if not text:
        return None
    found = _SUM.fullmatch("".join(text.split()))
    if found is None:
        raise CannotBe("not_a_sum")
    return Decimal(found[0].replace(",", "."))


def id_of(text: str) -> str:
    """Return a document's id. Raises CannotBe."""
    try:
        return str(UUID(text))
    except ValueError:
        raise CannotBe("not_an_id") from None


def ticked(numbers: list[int] | None) -> list[int]:
    """Return the numbers of the ticked rows, each once. Raises CannotBe."""
    chosen = sorted(set(numbers or ()))
    if not chosen:
        raise CannotBe("nothing_chosen")
    if chosen[0] < 1 or chosen[-1] >= 2**63:
        raise CannotBe("not_an_id")
    return chosen


def month_of(text: str, today: date) -> tuple[date, date]:
    """Return the first and last day of a month, `YYYY-MM`; of the current one for an empty text. Raises CannotBe."""
    first = day_of(f"{text}-01") if text else today.replace(day=1)
    if first is None or len(text) not in (0, 7):
        raise CannotBe("not_a_day")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def plain(text: str) -> str:
    """Return the text without NUL, which PostgreSQL cannot store, and without blanks around it."""
    return text.replace("\0", "").strip()
