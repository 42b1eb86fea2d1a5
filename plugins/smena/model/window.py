"""A window of days, which every step of a load works on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from smena.model.errors import WrongUse

OFD = "ofd"
MARKET = "market"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Days `first_day`…`last_day`, both inclusive. Raises WrongUse where the first is after the last."""

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        if self.first_day > self.last_day:
            raise WrongUse(f"the window starts on {self.first_day} after it ends on {self.last_day}")

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    @property
    def starts_at(self) -> datetime:
        """The first second, in the register's local time."""
        return datetime.combine(self.first_day, time.min)

    @property
    def ends_at(self) -> datetime:
        """The last whole second, in the register's local time."""
        return datetime.combine(self.last_day, time(23, 59, 59))

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def __iter__(self) -> Iterator[date]:
        return (self.first_day + timedelta(days=n) for n in range(self.days))

    def __str__(self) -> str:
        return f"{self.first_day}…{self.last_day}"


def quarters(window: Window) -> list[Window]:
    """Return a window cut into calendar quarters, in order of time."""
    pieces, first = [], window.first_day
    while first <= window.last_day:
        year, month = divmod(first.year * 12 + (first.month - 1) // 3 * 3 + 3, 12)
        following = date(year, month + 1, 1)
        pieces.append(Window(first, min(following - timedelta(days=1), window.last_day)))
        first = following
    return pieces
