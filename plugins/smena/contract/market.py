"""The types of Kontur.Market's cheques and waybills: the fields that are read. Amounts are exact roubles."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import Raw, Struct, defstruct, field

from smena.contract.decoding import identifier, storable

Word = str | int
"""An identifier or a number: text, which some registers report as a number."""

CASH = "Cash"
UNKNOWN = "Unknown"
PAYMENT_TYPES = (CASH, UNKNOWN, "Card", "Prepaid", "YandexEda", "DeliveryClub")
_TYPES = {name.casefold(): name for name in PAYMENT_TYPES}


class Payment(Struct, rename="camel", gc=False):
    """Оплата. Its type is text, because the service may add new ones."""

    type: str
    value: Decimal


class ChequeLine(Struct, rename="camel", gc=False):
    """Позиция чека. The price is after all discounts.

    VAT and tax system are read apart (see `tax`): a cheque with odd ones is a good cheque with unknown VAT.
    """

    sell_price_per_unit: Decimal
    count: Decimal
    product_id: str | None = None
    product_code: Word | None = None
    tax_system: Any = None
    vat_rate: Any = None
    total_vat_value: Raw = Raw()


class Cheque(Struct, rename="camel", gc=False):
    """Чек. `cash_register_id` is the id of the shift, in spite of its name."""

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
    """The fields that identify a record that cannot be read."""

    close_time: Any = None
    receive_date: Any = None
    cashbox_id: Any = None
    cash_register_id: Any = None
    till_shift: Any = field(default=None, name="till_shift")
    cashbox_of_ours: Any = field(default=None, name="cashbox_id")

    @property
    def shift(self) -> Any:
        """The till shift: `cashRegisterId` in Market's records, `till_shift` in ours."""
        return self.cash_register_id if self.till_shift is None else self.till_shift

    @property
    def cashbox(self) -> Any:
        """The cashbox: `cashboxId` in Market's records, `cashbox_id` in ours."""
        return self.cashbox_id if self.cashbox_of_ours is None else self.cashbox_of_ours


def payment_type(text: str) -> str:
    """Return the contract's spelling of a type of payment; a new type unchanged.

    Raise ValueError for one that is too long.
    """
    name = identifier(storable(text.strip()), "payment_type")
    return _TYPES.get(name.casefold(), name or UNKNOWN)


@cache
def answer_type(record: type[Struct]) -> type[Struct]:
    """Return the type of a whole response whose items are such records."""
    return defstruct("Answer", [("items", list[record] | None)])  # type: ignore[valid-type]
