"""Money: integer kopecks inside, roubles with two places at the edges."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation

_KOPECK = Decimal("0.01")
_EXACT = Context(prec=100, traps=[InvalidOperation, Inexact])
"""More digits than any amount of money has; an amount that does not fit, or would be rounded, raises."""


def roubles(kopecks: int) -> Decimal:
    """Return kopecks as roubles with exactly two places: 12345 → Decimal("123.45")."""
    return Decimal(kopecks).scaleb(-2)


def kopecks(amount: Decimal) -> int:
    """Return roubles as kopecks. Raise ValueError for a part of a kopeck: money is never rounded silently."""
    try:
        if amount.is_finite():
            return int(_EXACT.scaleb(_EXACT.quantize(amount, _KOPECK), 2))
    except ArithmeticError:
        pass
    raise ValueError(f"{amount} is not a whole number of kopecks")


def written(amount: Decimal) -> str:
    """Return roubles as an accountant reads them: 1234567.8 → `1 234 567,80` (with no-break spaces)."""
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",")
