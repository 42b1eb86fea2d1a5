"""Money: integer kopecks inside, roubles with two places at the edges."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

KOPECKS_IN_ROUBLE = 100


def roubles(kopecks: int) -> Decimal:
    """Kopecks as roubles with exactly two places: 12345 → Decimal("123.45")."""
    return Decimal(kopecks).scaleb(-2)


def kopecks(amount: Decimal) -> int:
    """Roubles as kopecks. Raises ValueError for a part of a kopeck: money is never rounded silently."""
    exact = Fraction(amount) * KOPECKS_IN_ROUBLE if amount.is_finite() else None
    if exact is None or exact.denominator != 1:
        raise ValueError(f"{amount} is not a whole number of kopecks")
    return exact.numerator


def written(amount: Decimal) -> str:
    """Roubles as an accountant reads them: 1234567.8 → `1 234 567,80` (with no-break spaces)."""
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",")
