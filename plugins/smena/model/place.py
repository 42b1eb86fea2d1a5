"""A place of an organisation: a КПП, a point of sale, a point of sale under a КПП; or the whole organisation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of an organisation is meant; None is any."""

    kpp: str | None = None
    sales_point: str | None = None

    @property
    def is_whole(self) -> bool:
        return self.kpp is None and self.sales_point is None

    def has(self, kpp: str, sales_point: str) -> bool:
        """Whether something of this КПП and point of sale belongs to the place; what is unknown belongs to none."""
        return self.kpp in (None, kpp) and self.sales_point in (None, sales_point)

    def within(self, other: Place) -> Place | None:
        """Return the part of this place that belongs to the other one too; None if there is none."""
        if None not in (self.kpp, other.kpp) and self.kpp != other.kpp:
            return None
        if None not in (self.sales_point, other.sales_point) and self.sales_point != other.sales_point:
            return None
        return Place(self.kpp or other.kpp, self.sales_point or other.sales_point)

    def __str__(self) -> str:
        return ", ".join(part for part in (self.kpp and f"КПП {self.kpp}", self.sales_point) if part)


WHOLE = Place()
