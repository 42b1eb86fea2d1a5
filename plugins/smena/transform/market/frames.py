"""Schemas of the frames that the steps of a load of Kontur.Market pass to each other.

Responses are parsed into CHEQUES with PAYMENTS and SOLD_LINES, and WAYBILLS with WAYBILL_LINES. TILL_SHIFTS are made of
cheques, and DOCUMENTS with DOCUMENT_LINES of payments, sold lines and waybills. Money in kopecks, quantities in
thousandths.
"""

from __future__ import annotations

from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

CHEQUE_KEY = ["shop_id", "cheque_id"]
WAYBILL_KEY = ["shop_id", "waybill_id"]
TILL_SHIFT_KEY = ["shop_id", "cashbox_id", "till_shift"]

TILL_MONEY = ("cash_income", "cash_refund", "cashless_income", "cashless_refund", "price_correction")
"""The sums of a till shift: sales and refunds, both positive; the rounding of cash sales minus that of refunds."""

CHEQUES = Schema(
    "cheques",
    {
        "page_id": WHOLE,
        "shop_id": TEXT,
        "cheque_id": TEXT,
        "number": TEXT,
        "cashbox_id": TEXT,
        "till_shift": TEXT,
        "opened_at": MOMENT,
        "closed_at": MOMENT,
        "is_refund": FLAG,
        "total": WHOLE,
        "price_correction": WHOLE,
        "cash": WHOLE,
        "cashless": WHOLE,
    },
)
"""One row per cheque. `till_shift` is Market's cashRegisterId; `cashless` is everything not paid in cash."""

PAYMENTS = Schema("payments", {"shop_id": TEXT, "cheque_id": TEXT, "type": TEXT, "amount": WHOLE})
"""Payments that are not cash: Card, Prepaid, YandexEda, DeliveryClub, Unknown, or a new type of the service."""

SOLD_LINES = Schema(
    "sold_lines",
    {
        "shop_id": TEXT,
        "cheque_id": TEXT,
        "product_id": TEXT,
        "product_code": TEXT,
        "tax_system": TEXT,
        "vat_rate": TEXT,
        "quantity": WHOLE,
        "amount": WHOLE,
        "vat": WHOLE,
    },
)
"""Lines of cheques: `product_id` is empty for a sale without a product card; quantity in thousandths.

`tax_system` is osn, usn_income, usn_income_expense, envd, eshn, eshn_vat or psn; `vat_rate` a percentage (`10`,
`calculated_10`), `0`, `no` for «без НДС», or `main`; both are empty where the line does not say. `vat` is missing then.
"""

WAYBILLS = Schema(
    "waybills",
    {
        "page_id": WHOLE,
        "shop_id": TEXT,
        "waybill_id": TEXT,
        "number": TEXT,
        "document_day": MOMENT,
        "received_day": MOMENT,
        "supplier_id": TEXT,
        "source": TEXT,
        "amount": WHOLE,
    },
)
"""One row per incoming waybill (накладная). `amount` is missing where any price is."""

WAYBILL_LINES = Schema(
    "waybill_lines",
    {
        "shop_id": TEXT,
        "waybill_id": TEXT,
        "line": WHOLE,
        "product_id": TEXT,
        "quantity": WHOLE,
        "price": WHOLE,
        "amount": WHOLE,
    },
)
"""Lines of waybills, numbered from 1: quantity in thousandths; price of a unit and amount missing if not reported."""

SAME_WAYBILLS = Schema(
    "same_waybills", {"page_id": WHOLE, "shop_id": TEXT, "waybill_id": TEXT, "source": TEXT, "same_as": TEXT}
)
"""Waybills that another source reports too: `same_as` is the waybill that is used for both."""

TILL_SHIFTS = Schema(
    "till_shifts",
    {
        "shop_id": TEXT,
        "cashbox_id": TEXT,
        "till_shift": TEXT,
        "opened_at": MOMENT,
        "closed_at": MOMENT,
        "receipts": WHOLE,
    }
    | dict.fromkeys(TILL_MONEY, WHOLE)
    | {"order_day": MOMENT, "outcome": TEXT, "reason": TEXT, "evidence": TEXT},
)
"""One row per till shift that is over. Sums are missing where it is `incomplete`; `evidence` is page ids, `{3,9}`."""

CASHLESS = Schema("cashless", {"shop_id": TEXT, "day": MOMENT, "type": TEXT, "income": WHOLE, "refund": WHOLE})
"""Cashless revenue by shop, day of the cheque and type of payment."""

SOLD = Schema(
    "sold",
    {
        "shop_id": TEXT,
        "day": MOMENT,
        "product_id": TEXT,
        "product_code": TEXT,
        "tax_system": TEXT,
        "vat_rate": TEXT,
        "quantity": WHOLE,
        "amount": WHOLE,
        "vat": WHOLE,
    },
)
"""Goods sold by shop, day, product, tax system and rate of VAT, refunds subtracted: quantity in thousandths.

`vat` is missing where one of the lines does not give it.
"""

DOCUMENTS = Schema(
    "documents",
    {
        "kind": TEXT,
        "shop_id": TEXT,
        "key": TEXT,
        "day": MOMENT,
        "number": TEXT,
        "counterparty": TEXT,
        "counterparty_inn": TEXT,
        "amount": WHOLE,
        "supplier_id": TEXT,
        "paper_number": TEXT,
        "paper_day": MOMENT,
        "waybill_ids": TEXT,
        "sources": TEXT,
        "evidence": TEXT,
    },
)
"""Heads of documents to file: `kind` cashless_report, sales_report or waybill; arrays are PostgreSQL's, as text.

`key` identifies the document among its kind: shop and day, or the waybill's id. `paper_*` are the supplier's own.
"""

DOCUMENT_LINES = Schema(
    "document_lines",
    {
        "kind": TEXT,
        "key": TEXT,
        "line": WHOLE,
        "payment_type": TEXT,
        "product_id": TEXT,
        "product_code": TEXT,
        "quantity": WHOLE,
        "price": WHOLE,
        "income": WHOLE,
        "refund": WHOLE,
        "amount": WHOLE,
        "tax_system": TEXT,
        "vat_rate": TEXT,
        "vat": WHOLE,
    },
)
"""Lines of documents, numbered from 1: money in kopecks, quantities in thousandths."""
