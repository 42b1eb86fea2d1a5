"""Types of fields and parameters of the API: money, local times, ids, days, places in a list."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

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


def _written_as_day(text: Any) -> Any:
    # Pydantic would take a number for seconds since 1970.
    if isinstance(text, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("not a day")
    return text


Day = Annotated[date, BeforeValidator(_written_as_day)]
FirstDay = Annotated[Day | None, Query(alias="from", description="From this day on.", examples=["2026-01-01"])]
LastDay = Annotated[Day | None, Query(alias="to", description="Through this day.", examples=["2026-01-31"])]
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def _after(pattern: str, description: str = "`next` of the page before; empty: the first page.") -> Any:
    """Return the type of a place in a list, or an empty text."""
    return Annotated[str, Query(pattern=f"^({pattern})?$", description=description)]


AfterNumber = _after("[0-9]{1,18}")
AfterInn = _after("[0-9]{10}([0-9]{2})?")
AfterShift = _after(f"[0-9]{{1,17}}_{_UUID}")
AfterDocument = _after(f"[0-9]{{1,5}}_{_UUID}_[^\\x00]{{1,200}}")
AfterEvent = _after(
    "(0|[1-9][0-9]{0,17})-(0|[1-9][0-9]{0,17})",
    "The place of the last event that you have stored; empty: from the beginning.",
)
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="The greatest number of items.")]
DecisionId = Annotated[int, Field(ge=1, le=2**63 - 1)]


PLAIN = r"^[^\x00]*$"
"""Text that PostgreSQL can store: without NUL."""

REASON = r"^[^\x00]*[^\s\x00-\x1f][^\x00]*$"
"""The same, and not blank."""


class Model(BaseModel):
    """A part of a response. Its schema allows no other fields."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False}, extra="ignore")
