"""Converts Market's roubles and quantities to whole kopecks and thousandths: exact, bounded, without floats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from smena.contract.ofd import MOST_KOPECKS
from smena.model.money import kopecks
from smena.model.reason_text import Wrong
from smena.model.reasons import Reason

Ints = np.ndarray[Any, np.dtype[np.int64]]

_MOST = Decimal(MOST_KOPECKS).scaleb(-2)
_MOST_THOUSANDTHS = Decimal(MOST_KOPECKS).scaleb(-3)
_KOPECK, _THOUSANDTH = Decimal("0.01"), Decimal("0.001")
_EXACT = Context(prec=100, traps=[InvalidOperation, Inexact])
_ROUNDED = Context(prec=100, rounding=ROUND_HALF_UP, traps=[InvalidOperation])
_DIGITS, _PRICE_PLACES, _COUNT_PLACES = 18, 6, 3
_MOST_PRODUCT = 2**62
_AMOUNTS = "totalPrice|priceCorrection|value|sellPricePerUnit|count|quantity|buyPricePerUnit"
_IN_QUOTES = re.compile(rf'("(?:{_AMOUNTS})"\s*:\s*)("(?:[^"\\]|\\.)*")'.encode())
"""A quotation mark inside a text is escaped, so only a name is followed by a colon like this."""

_BLANK = re.compile("[ \u00a0\u2009\u202f]")
_WITH_FRACTION = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_IN_THOUSANDS = re.compile("[+-]?[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+(?:[.,][0-9]+)?")
_PLAIN = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"


def plain_amounts(record: bytes) -> bytes:
    """Return a record (names in camelCase) with its amounts in quotes spelled like JSON numbers.

    A comma or a point before the fraction and spaces between thousands are read: "50,5", " 1 000,00". An ambiguous
    amount ("1,000.50") does not change.
    """
    return _IN_QUOTES.sub(lambda found: found[1] + _plain(found), record)


def _plain(found: re.Match[bytes]) -> bytes:
    try:
        text = msgspec.json.decode(found[2], type=str).strip()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return found[2]
    if not (_WITH_FRACTION.fullmatch(text) or _IN_THOUSANDS.fullmatch(text)):
        return found[2]
    return b'"' + _BLANK.sub("", text).replace(",", ".").encode() + b'"'


def kopecks_of(roubles: Decimal, what: str, *, signed: bool = False) -> int:
    """Return kopecks. Raise ValueError for a part of one, for a negative amount unless `signed`, and beyond 10^13."""
    if not roubles.is_finite() or not (-_MOST if signed else 0) <= roubles <= _MOST:
        raise Wrong(Reason.NOT_AN_AMOUNT, what=what)
    try:
        return kopecks(roubles)
    except ValueError:
        raise Wrong(Reason.NOT_WHOLE_KOPECKS, what=what) from None


def thousandths(quantity: Decimal, what: str) -> int:
    """Return thousandths of a unit, rounded half up. Raise ValueError for a negative quantity or one beyond 10^13."""
    if not quantity.is_finite() or not 0 <= quantity <= _MOST_THOUSANDTHS:
        raise Wrong(Reason.NOT_A_QUANTITY, what=what)
    return int(_ROUNDED.scaleb(_ROUNDED.quantize(quantity, _THOUSANDTH), 3))


def line_kopecks(price: Decimal, quantity: Decimal, what: str) -> int:
    """Return price × quantity in kopecks, rounded half up. Raise ValueError as `kopecks_of` and `thousandths` do."""
    if not (price.is_finite() and quantity.is_finite() and 0 <= price <= _MOST and 0 <= quantity <= _MOST_THOUSANDTHS):
        raise Wrong(Reason.NOT_AN_AMOUNT, what=what)
    try:
        amount = _EXACT.multiply(price, quantity)
    except ArithmeticError:
        raise Wrong(Reason.TOO_MANY_DIGITS, what=what) from None
    if amount > _MOST:
        raise Wrong(Reason.NOT_AN_AMOUNT, what=what)
    return int(_ROUNDED.scaleb(_ROUNDED.quantize(amount, _KOPECK), 2))


def whole(amounts: Sequence[Decimal | None], places: int) -> Ints:
    """Return decimals as whole numbers of 10^-`places`, all at once; None is 0. Raise ValueError where one is not."""
    texts = pa.array(["0" if one is None else str(one) for one in amounts], pa.string())
    # Arrow does not handle exponents beyond its own digits safely.
    if not pc.all(pc.match_substring_regex(texts, _PLAIN), min_count=0).as_py():
        raise ValueError("one is not plainly written")
    exact = pc.cast(texts, pa.decimal128(_DIGITS, places))
    unit = pa.scalar(Decimal(10**places), pa.decimal128(places + 1, 0))
    units: Ints = pc.cast(pc.multiply(exact, unit), pa.int64()).to_numpy(zero_copy_only=False)
    return units


def bounded(amounts: Ints, what: str, *, signed: bool = False) -> Ints:
    """Return the amounts. Raise ValueError where `kopecks_of` or `thousandths` would."""
    if len(amounts) and not (-MOST_KOPECKS if signed else 0) <= amounts.min() <= amounts.max() <= MOST_KOPECKS:
        raise Wrong(Reason.NOT_AN_AMOUNT, what=what)
    return amounts


def worth(prices: Sequence[Decimal], quantities: Ints) -> Ints:
    """Return prices × thousandths in kopecks, each rounded half up. Raise ValueError if one must be read on its own."""
    price = whole(prices, _PRICE_PLACES)
    # A float is exact enough to find a product that does not fit 64 bits.
    if len(price) and (price.min() < 0 or (price.astype("float64") * quantities).max() >= _MOST_PRODUCT):
        raise Wrong(Reason.NOT_AN_AMOUNT, what="price")
    kopeck = 10 ** (_PRICE_PLACES + _COUNT_PLACES - 2)
    amounts: Ints = (price * quantities + kopeck // 2) // kopeck
    return amounts
