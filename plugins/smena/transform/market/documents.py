"""The shapes of Kontur.Market's cheques and waybills: what is read of them. Amounts are exact decimals of roubles."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import Struct, defstruct, field

from smena.transform.decoding import identifier, storable

Word = str | int
"""An identifier or a number: text, which some registers tell as a number."""

CASH = "Cash"
UNKNOWN = "Unknown"
PAYMENT_TYPES = (CASH, UNKNOWN, "Card", "Prepaid", "YandexEda", "DeliveryClub")
_TYPES = {name.casefold(): name for name in PAYMENT_TYPES}


class Payment(Struct, rename="camel", gc=False):
    """Оплата: its type is text, for the service may name new ones."""

    type: str
    value: Decimal


class ChequeLine(Struct, rename="camel", gc=False):
    """Позиция чека. The price is after all discounts."""

    sell_price_per_unit: Decimal
    count: Decimal
    product_id: str | None = None
    product_code: Word | None = None


class Cheque(Struct, rename="camel", gc=False):
    """Чек. `cash_register_id` is the shift, in spite of its name."""

    id: Word
    cashbox_id: Word
    cash_register_id: Word
    close_time: str
    is_refund: bool
    total_price: Decimal
    shop_id: str | None = None
    number: Word | None = None
    open_time: str | None = None
    price_correction: Decimal | None = None
    payments: list[Payment] | None = None
    lines: list[ChequeLine] | None = None


class Position(Struct, rename="camel", gc=False):
    """Позиция накладной."""

    quantity: Decimal
    product_id: str | None = None
    buy_price_per_unit: Decimal | None = None


class Waybill(Struct, rename="camel", gc=False):
    """Входящая накладная."""

    id: Word
    receive_date: str
    shop_id: str | None = None
    number: Word | None = None
    document_date: str | None = None
    supplier_id: str | None = None
    source: str | None = None
    positions: list[Position] | None = None


class PartialRecord(Struct, rename="camel", gc=False):
    """What can still be told of a record that cannot be read."""

    close_time: Any = None
    receive_date: Any = None
    cashbox_id: Any = None
    cash_register_id: Any = None
    till_shift: Any = field(default=None, name="till_shift")
    cashbox_of_ours: Any = field(default=None, name="cashbox_id")

    @property
    def shift(self) -> Any:
        """The till shift: a record of ours calls it so."""
        return self.cash_register_id if self.till_shift is None else self.till_shift

    @property
    def cashbox(self) -> Any:
        """The cashbox: a record of ours calls it `cashbox_id`."""
        return self.cashbox_id if self.cashbox_of_ours is None else self.cashbox_of_ours


def payment_type(text: str) -> str:
    """The contract's own spelling of a type of payment; a new one as it is told.

    Raises ValueError for one that is too long.
    """
    name = identifier(storable(text.strip()), "payment_type")
    return _TYPES.get(name.casefold(), name or UNKNOWN)


@cache
def answer_type(record: type[Struct]) -> type[Struct]:
    """The type of a whole answer whose items are such records."""
    return defstruct("Answer", [("items", list[record] | None)])  # type: ignore[valid-type]
