"""Market's roubles and quantities as whole kopecks and thousandths: exact, bounded, never through a float."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation

from smena.model.money import kopecks
from smena.transform.documents import MOST_KOPECKS

_MOST = Decimal(MOST_KOPECKS).scaleb(-2)
_MOST_THOUSANDTHS = Decimal(MOST_KOPECKS).scaleb(-3)
_KOPECK, _THOUSANDTH = Decimal("0.01"), Decimal("0.001")
_EXACT = Context(prec=100, traps=[InvalidOperation, Inexact])
_ROUNDED = Context(prec=100, rounding=ROUND_HALF_UP, traps=[InvalidOperation])


def kopecks_of(roubles: Decimal, what: str, *, signed: bool = False) -> int:
    """Kopecks. Raises ValueError for a part of one, for a negative amount unless `signed`, and beyond 10^13."""
    if not roubles.is_finite() or not (-_MOST if signed else 0) <= roubles <= _MOST:
        raise ValueError(f"{what} is no amount that can be")
    try:
        return kopecks(roubles)
    except ValueError:
        raise ValueError(f"{what} is not a whole number of kopecks") from None


def thousandths(quantity: Decimal, what: str) -> int:
    """Thousandths of a unit, rounded half up. Raises ValueError for what is negative or absurd."""
    if not quantity.is_finite() or not 0 <= quantity <= _MOST_THOUSANDTHS:
        raise ValueError(f"{what} is no quantity that can be")
    return int(_ROUNDED.scaleb(_ROUNDED.quantize(quantity, _THOUSANDTH), 3))


def line_kopecks(price: Decimal, quantity: Decimal, what: str) -> int:
    """Price by quantity in kopecks, rounded half up. Raises ValueError as the others do."""
    if not (price.is_finite() and quantity.is_finite() and 0 <= price <= _MOST and 0 <= quantity <= _MOST_THOUSANDTHS):
        raise ValueError(f"{what} is no amount that can be")
    try:
        amount = _EXACT.multiply(price, quantity)
    except ArithmeticError:
        raise ValueError(f"{what} has more digits than a price has") from None
    if amount > _MOST:
        raise ValueError(f"{what} is no amount that can be")
    return int(_ROUNDED.scaleb(_ROUNDED.quantize(amount, _KOPECK), 2))
