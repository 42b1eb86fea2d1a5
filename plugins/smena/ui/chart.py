"""A small bar chart as numbers for an inline SVG, in whole pixels computed from Decimal amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HEIGHT, BAR, GAP = 96, 14, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """The position and height of a day's bar; the amount is None if it is not known."""

    day: date
    amount: Decimal | None
    x: int
    y: int
    height: int
    is_below: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars above and below the zero line."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    zero: int


def bars(days: Sequence[tuple[date, Decimal | None]]) -> Chart:
    """Return a bar for each day, in order. An amount other than zero gets at least one pixel."""
    amounts = [amount for _, amount in days if amount is not None]
    top, bottom = max([Decimal(0), *amounts]), min([Decimal(0), *amounts])
    span = top - bottom or Decimal(1)
    zero = int(HEIGHT * top / span) if top or bottom else HEIGHT
    drawn = []
    for place, (day, amount) in enumerate(days):
        length = 0 if not amount else max(int(HEIGHT * abs(amount) / span), 1)
        is_below = amount is not None and amount < 0
        drawn.append(Bar(day, amount, place * (BAR + GAP), zero if is_below else zero - length, length, is_below))
    return Chart(tuple(drawn), len(days) * (BAR + GAP) - GAP if days else 0, HEIGHT, zero)
