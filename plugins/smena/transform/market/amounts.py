"""Market's roubles and quantities as whole kopecks and thousandths: exact, bounded, never through a float."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from smena.model.money import kopecks
from smena.transform.documents import MOST_KOPECKS

Ints = np.ndarray[Any, np.dtype[np.int64]]

_MOST = Decimal(MOST_KOPECKS).scaleb(-2)
_MOST_THOUSANDTHS = Decimal(MOST_KOPECKS).scaleb(-3)
_KOPECK, _THOUSANDTH = Decimal("0.01"), Decimal("0.001")
_EXACT = Context(prec=100, traps=[InvalidOperation, Inexact])
_ROUNDED = Context(prec=100, rounding=ROUND_HALF_UP, traps=[InvalidOperation])
_DIGITS, _PRICE_PLACES, _COUNT_PLACES = 18, 6, 3
_MOST_PRODUCT = 2**62
_PLAIN = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"


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


def whole(told: Sequence[Decimal | None], places: int) -> Ints:
    """Decimals as whole numbers of 10^-`places`, all at once; None is 0. Raises ValueError where one is none."""
    texts = pa.array(["0" if one is None else str(one) for one in told], pa.string())
    # Arrow is not safe with exponents beyond its own digits.
    if not pc.all(pc.match_substring_regex(texts, _PLAIN), min_count=0).as_py():
        raise ValueError("one is not plainly written")
    exact = pc.cast(texts, pa.decimal128(_DIGITS, places))
    unit = pa.scalar(Decimal(10**places), pa.decimal128(places + 1, 0))
    units: Ints = pc.cast(pc.multiply(exact, unit), pa.int64()).to_numpy(zero_copy_only=False)
    return units


def bounded(amounts: Ints, what: str, *, signed: bool = False) -> Ints:
    """The same amounts. Raises ValueError where `kopecks_of` would, or `thousandths`."""
    if len(amounts) and not (-MOST_KOPECKS if signed else 0) <= amounts.min() <= amounts.max() <= MOST_KOPECKS:
        raise ValueError(f"{what} is no amount that can be")
    return amounts


def worth(prices: Sequence[Decimal], quantities: Ints) -> Ints:
    """Prices by thousandths in kopecks, each rounded half up. Raises ValueError for what is better looked at alone."""
    price = whole(prices, _PRICE_PLACES)
    # A float is enough to tell what a machine word would not hold.
    if len(price) and (price.min() < 0 or (price.astype("float64") * quantities).max() >= _MOST_PRODUCT):
        raise ValueError("a price is no amount that can be")
    kopeck = 10 ** (_PRICE_PLACES + _COUNT_PLACES - 2)
    amounts: Ints = (price * quantities + kopeck // 2) // kopeck
    return amounts
