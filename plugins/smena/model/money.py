"""Money: integer kopecks inside, roubles with two places at the edges."""

from __future__ import annotations

from decimal import Decimal

KOPECKS_IN_ROUBLE = 100


def roubles(kopecks: int) -> Decimal:
    """Kopecks as roubles with exactly two places: 12345 → Decimal("123.45")."""
    return Decimal(kopecks).scaleb(-2)


def kopecks(amount: Decimal) -> int:
    """Roubles as kopecks. Raises ValueError for a part of a kopeck: money is never rounded silently."""
    scaled = amount * KOPECKS_IN_ROUBLE
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} is not a whole number of kopecks")
    return int(scaled)


def written(amount: Decimal) -> str:
    """Roubles as an accountant reads them: 1234567.8 → `1 234 567,80` (with no-break spaces)."""
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",")
