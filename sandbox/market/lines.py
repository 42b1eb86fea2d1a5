"""A cheque as Market serves it: payments, and lines that are invented when it is served.

The sum of a line is `sellPricePerUnit × count`, rounded half up to a kopeck; the lines of a cheque sum to
`totalPrice + priceCorrection`. Prices have two decimals, counts up to three. Each line has one VAT rate of the receipt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.identity import guid
from sandbox.market.catalogue import Product, tax_system
from sandbox.market.cheques import PAYMENT_TYPES, Cheques
from sandbox.receipts import RATES
from sandbox.shifts import to_text

if TYPE_CHECKING:
    from sandbox.market.shops import Cashbox, Shop

_RATE_NAMES = {22: "Main", 20: "Main", 10: "Preferential", 5: "StsFirst", 0: "NoVat"}
_ONE = 1000


class _Draws:
    """A small random generator seeded by a cheque's `draw`, so that the cheque is the same each time it is served."""

    def __init__(self, draw: int) -> None:
        self._state = draw

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound - 1`."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % bound


@dataclass(frozen=True, slots=True)
class _Sold:
    product: Product
    price: int
    count: int
    amount: int


def _worth(price: int, count: int) -> int:
    return (2 * price * count + _ONE) // (2 * _ONE)


def _sell(products: tuple[Product, ...], amount: int, draws: _Draws) -> Iterator[_Sold]:
    """Yield up to three lines that sum to `amount`; all but the last have the catalogue's price."""
    left = amount
    for _ in range(draws.below(3)):
        product = products[draws.below(len(products))]
        count = 105 + draws.below(1900) if product.weighed else _ONE * (1 + draws.below(2))
        worth = _worth(product.price, count)
        if worth >= left:
            break
        yield _Sold(product, product.price, count, worth)
        left -= worth
    product = products[draws.below(len(products))]
    count = 3 * _ONE if left % 3 == 0 else _ONE
    if product.weighed and left > _ONE:
        # A count below one unit (0.105 to 0.994), so that count × the price, rounded to a kopeck, gives the sum again.
        count = 105 + draws.below(890)
    yield _Sold(product, (2 * left * _ONE + count) // (2 * count), count, left)


def _show_line(sold: _Sold, rate: int, *, advance: bool, calculated: str, tax: str | None, kind: int) -> dict[str, Any]:
    """Return a line as served. `kind`: 0 a product, 1 a product without its card, 2 a sale at a free price."""
    name = _RATE_NAMES[rate]
    line_type = "FreeSale" if kind == 2 else "Service" if sold.product.service else "Product"
    return {
        "productId": None if kind else sold.product.id,
        "versionId": None,
        "productCode": str(sold.product.code or ""),
        "chequeLineType": "Prepayment" if advance else line_type,
        "sellPricePerUnit": sold.price / 100,
        "count": sold.count / _ONE,
        "taxSystem": tax,
        "totalVatValue": (2 * sold.amount * rate + 100 + rate) // (2 * (100 + rate)) / 100 if rate else None,
        "vatRate": f"Calculated{name}" if advance and rate else name,
        "discountTotalSum": 0,
        "discountPercent": 0,
        "pointsDiscountSum": None,
        "calculationMode": calculated,
    }


def _lines(shop: Shop, cashbox: Cashbox, cheques: Cheques, place: int) -> list[dict[str, Any]]:
    money, row = cashbox.register.ledger.receipts, int(cheques.receipt[place])
    draws = _Draws(int(cheques.draw[place]))
    parts = [(rate, int(money.turnover[rate][row])) for rate in RATES] + [(0, int(money.no_vat[row]))]
    parts = [(rate, amount) for rate, amount in parts if amount]
    # Before Market rounded down to the operator's sum, the total was larger; the first part gets the difference.
    before = int(cheques.total[place] + cheques.correction[place]) - int(money.total[row])
    parts[0] = (parts[0][0], parts[0][1] + before)
    advance = bool(money.advance[row])
    mode = "Advance" if advance else "CreditWithoutPayment" if money.postpaid[row] else "FullPayment"
    tax = tax_system(int(money.taxation[row]))
    shown = []
    for rate, amount in parts:
        for sold in _sell(shop.catalogue.products, amount, draws):
            kind = 1 + draws.below(2) if draws.below(1000) < shop.market.no_product_permille else 0
            shown.append(_show_line(sold, rate, advance=advance, calculated=mode, tax=tax, kind=kind))
    return shown


def moment_text(milliseconds: int) -> str:
    """Return `yyyy-mm-ddThh:mm:ss.fffffff`, local, without a zone."""
    return f"{to_text(milliseconds // 1000)}.{milliseconds % 1000:03d}0000"


def till_shift_id(cashbox: Cashbox, shift: int) -> str:
    """Return `cashRegisterId`, which in spite of its name identifies one shift of a till."""
    return guid(cashbox.id, "till shift", shift)


def show_cheque(shop: Shop, place: int) -> dict[str, Any]:
    """Return the cheque at that index among all of the shop's, as served."""
    cheques = shop.cheques
    cashbox = shop.cashboxes[int(cheques.cashbox[place])]
    paid = [(name, int(cheques.payments[name][place])) for name in PAYMENT_TYPES]
    return {
        "id": guid(cashbox.id, "cheque", int(cheques.receipt[place])),
        "shopId": shop.id,
        "number": str(int(cheques.number[place])),
        "cashboxId": cashbox.id,
        "cashRegisterId": till_shift_id(cashbox, int(cheques.shift[place])),
        "openTime": moment_text(int(cheques.opened_ms[place])),
        "closeTime": moment_text(int(cheques.closed_ms[place])),
        "isRefund": bool(cheques.refund[place]),
        "totalPrice": int(cheques.total[place]) / 100,
        "priceCorrection": int(cheques.correction[place]) / 100,
        "payments": [{"type": name, "value": amount / 100} for name, amount in paid if amount],
        "lines": _lines(shop, cashbox, cheques, place),
    }
