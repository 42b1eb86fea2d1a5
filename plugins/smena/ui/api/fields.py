"""Types of fields and parameters of the API: money, local times, ids, days, places in a list."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from smena.ui.asking import FIRST_DAY, LAST_DAY, CannotBe

MOST_ITEMS = 500

Money = Annotated[
    Decimal,
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^-?[0-9]+\.[0-9]{2}$",
            "description": "Roubles with two decimal places.",
            "examples": ["1234.50"],
        }
    ),
]
"""Roubles. A string, because many readers of JSON turn a number into a float, which has no exact kopecks."""

LocalTime = Annotated[
    datetime,
    PlainSerializer(lambda at: at.isoformat(timespec="seconds"), return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$",
            "description": "Local time of the register, without a zone.",
            "examples": ["2026-01-02T21:03:00"],
        }
    ),
]
"""A fiscal time. It has no zone, because the register reports none."""

Inn = Annotated[str | None, Query(pattern=r"^[0-9]{10}([0-9]{2})?$", description="Only this organisation (ИНН).")]


def _in_range(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"not a day from {FIRST_DAY} to {LAST_DAY}")
    return day


Day = Annotated[date, AfterValidator(_in_range)]
FirstDay = Annotated[Day | None, Query(alias="from", description="From this day on.", examples=["2026-01-01"])]
LastDay = Annotated[Day | None, Query(alias="to", description="Through this day.", examples=["2026-01-31"])]
After = Annotated[str, Query(max_length=1000, description="`next` of the page before; empty: the first page.")]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="The greatest number of items.")]
DecisionId = Annotated[int, Field(ge=1, le=2**63 - 1)]


def _without_nul(text: str | None) -> str | None:
    if text is not None and "\0" in text:
        raise ValueError("must not contain NUL")
    return text


PlainText = AfterValidator(_without_nul)
"""Text that PostgreSQL can store."""


class Model(BaseModel):
    """A part of a response. Its schema allows no other fields."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False}, extra="ignore")


def check_span(first: date | None, last: date | None) -> None:
    """Raise CannotBe if the first day is after the last."""
    if first and last and first > last:
        raise CannotBe("not_a_span")


def written_place(*parts: object) -> str:
    """Return a place in a list as text for an address."""
    text = json.dumps([str(part) for part in parts], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def parsed_place(text: str, parts: int) -> list[str]:
    """Return the parts of a place that `written_place` wrote. Raises CannotBe for any other text."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        found: Any = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise CannotBe("not_a_place") from None
    if not isinstance(found, list) or len(found) != parts or any(not isinstance(part, str) for part in found):
        raise CannotBe("not_a_place")
    if any("\0" in part for part in found):
        raise CannotBe("not_a_place")
    return found


def id_in_place(text: str) -> str:
    """Return an id of a place. Raises CannotBe."""
    try:
        return str(UUID(text))
    except ValueError:
        raise CannotBe("not_a_place") from None
