"""An organisation and the settings it may choose (DOMAIN 2, [D])."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from smena.model.product import product_of

Detail = Literal["totals", "receipts"]
Refunds = Literal["rko", "net"]
DatePolicy = Literal["shift_close", "shift_open"]
Corrections = Literal["review", "book"]
Vat = Literal["totals", "exact"]


@dataclass(frozen=True, slots=True)
class AccountRule:
    """The accounts that an order is booked to. `taxation` None and `agent` None match any.

    `taxation` is the name of a tax system (`osn`, `usn_income`, …), `operation` one of `Operation`. The rule holds for
    shifts closed from `first_day` on and before `end_day`; None is no bound.
    """

    operation: str
    taxation: str | None
    agent: bool | None
    debit: str
    credit: str
    first_day: date | None = None
    end_day: date | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    """Организация: an organisation with its accounting settings.

    Attributes:
        inn: 10 digits, or 12 for a sole proprietor.
        kpp: of the head office; empty for a sole proprietor.
        tariff: `uchetny` or `other`; with `modifier` it gives the right to integrate.
        timezone: of the accounting day; fiscal times stay local and without a zone.
        detail: `totals` takes the sums of by-shifts where they are provably whole; `receipts` always reads the
            receipts.
        refunds: `rko` books refunds as orders of their own; `net` subtracts them from the sales.
        date_policy: the day of an order is the day on which its shift was closed, or opened.
        keeps_cash_documents: False for a sole proprietor without cash documents; the shifts are still recorded.
        bad_share_limit: a batch with more than this share of rejected z-reports publishes nothing.
        ofd_connection, market_connection: names of the connections to the operator and to the inventory system.
        corrections: cash of a correction whose corrected day is not known to be the shift's own waits for a person
            (`review`), or is booked as the shift's revenue (`book`).
        vat: where `detail` is `totals`, the VAT of an order is exact only if its operation was paid in cash alone.
            Otherwise `totals` leaves it unknown, and `exact` reads the receipts of the shift.
        most_changed_orders: a batch that would reverse or revise more orders than this stops, and a person is asked.
        okpo: код ОКПО, 8 or 10 digits; printed on cash documents.
        head_position, head_name, chief_accountant, cashier: the people who sign cash documents; empty is printed blank.
    """

    inn: str
    kpp: str
    name: str
    tariff: str
    modifier: str | None
    timezone: str
    detail: Detail
    refunds: Refunds
    date_policy: DatePolicy
    keeps_cash_documents: bool
    bad_share_limit: float
    ofd_connection: str
    market_connection: str
    corrections: Corrections = "review"
    vat: Vat = "totals"
    most_changed_orders: int = 100
    okpo: str = ""
    head_position: str = ""
    head_name: str = ""
    chief_accountant: str = ""
    cashier: str = ""

    def connection_of(self, product: str) -> str:
        """Return the name of the connection to a product."""
        return self.ofd_connection if product_of(product).is_operator else self.market_connection

    @property
    def vat_wanted(self) -> Vat:
        """`vat`, or `totals` where no cash documents are kept: then no order has a VAT."""
        return self.vat if self.keeps_cash_documents else "totals"


@dataclass(frozen=True, slots=True)
class SettingsInForce:
    """The settings for shifts closed from `first_day` on and before `end_day`; None is no bound."""

    first_day: date | None
    end_day: date | None
    organization: Organization
    accounts: Sequence[AccountRule] = ()

    def is_of(self, day: date) -> bool:
        """Return whether the settings hold on a day."""
        return (self.first_day is None or self.first_day <= day) and (self.end_day is None or day < self.end_day)
