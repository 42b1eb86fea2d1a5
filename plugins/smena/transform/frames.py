"""Schemas of the frames that the steps of a load pass to each other, for an operator of fiscal data (the OFD).

Each is a table with named and typed columns. Responses are parsed into Z_REPORTS, OPENINGS, SHIFT_TOTALS, DAY_TOTALS,
RECEIPTS and VAT_LINES; records that cannot be read go into REJECTS; SHIFTS are made of these, and ORDERS of SHIFTS.

Money is in kopecks. A value that is *missing* is NA; *empty* text is "".
"""

from __future__ import annotations

from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

MONEY = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund", "cashless_income", "cashless_refund")
"""The six sums of a shift, in kopecks: cash of sales, refunds, payouts and refunds of payouts; cashless payments of
sales and refunds."""

VAT = {name: (f"{name}_vat", f"{name}_vat_by_rate") for name in MONEY[:4]}
"""The two VAT columns of each operation: kopecks, and a JSON object of kopecks by rate."""

SHIFT_KEY = ["fiscal_drive_number", "shift_number"]
"""The key of a shift. Shift numbers start again with a new fiscal drive (ФН)."""

SIGNS = {
    "drive_replace": FLAG,
    "drive_exhausted": FLAG,
    "drive_memory_full": FLAG,
    "ofd_timeout": FLAG,
    "not_sent": WHOLE,
    "not_sent_since": MOMENT,
}
"""The columns of a z-report about the health of its register, missing if not reported. `fiscal_sign`, the checksum of
the document, is not one of them."""

_FISCAL = {"page_id": WHOLE, "kkt_reg_id": TEXT, "fiscal_drive_number": TEXT, "shift_number": WHOLE}

Z_REPORTS = Schema(
    "z_reports",
    _FISCAL
    | {
        "fiscal_document_number": WHOLE,
        "fiscal_sign": WHOLE,
        "closed_at": MOMENT,
        "received_at": MOMENT,
        "receipts_quantity": WHOLE,
        "documents_quantity": WHOLE,
        "user_inn": TEXT,
    }
    | SIGNS,
    optional=tuple(SIGNS),
)
"""closeShift: one row per z-report, without sums. `kkt_reg_id` is the register of the request; `received_at` is UTC."""

OPENINGS = Schema("openings", _FISCAL | {"fiscal_document_number": WHOLE, "opened_at": MOMENT})
"""openShift: one row per opening report."""

_TOTALS = {
    "page_id": WHOLE,
    "kkt_reg_id": TEXT,
    "shift_number": WHOLE,
    "opened_at": MOMENT,
    "closed_at": MOMENT,
    "receipts": WHOLE,
    **dict.fromkeys(MONEY, WHOLE),
    "is_unconfirmed": FLAG,
}

SHIFT_TOTALS = Schema(
    "shift_totals",
    _TOTALS | {column: kind for pair in VAT.values() for column, kind in zip(pair, (WHOLE, TEXT), strict=True)},
)
"""by-shifts: one row per entry of a response. `opened_at` or `closed_at` is missing if it lies
outside the requested window.

`is_unconfirmed`: the totals by day (by-days) of the same window contradict the entry. `cash_income_vat` and
`cash_income_vat_by_rate` (and the same for each operation of `VAT`) are the VAT inside that operation's cash. They are
missing if it is not known exactly: the operation was not paid wholly in cash, or the reported VAT does not account for
the total.
"""

SOURCE_SHIFTS = Schema("source_shifts", {**_TOTALS, "overpaid": WHOLE})
"""by-shifts as a cross-check: `overpaid` is by how many kopecks cash and cashless sums exceed their totals, or zero."""

DAY_TOTALS = Schema(
    "day_totals",
    {"page_id": WHOLE, "kkt_reg_id": TEXT, "day": MOMENT, "receipts": WHOLE} | dict.fromkeys(MONEY, WHOLE),
)
"""by-days: one row per register and day with an event of a shift or a receipt. `kkt_reg_id` is empty for the total of
all registers."""

RECEIPTS = Schema(
    "receipts",
    _FISCAL
    | {
        "fiscal_document_number": WHOLE,
        "fiscal_sign": WHOLE,
        "formed_at": MOMENT,
        "kind": TEXT,
        "operation": TEXT,
        "taxation": TEXT,
        "agent": FLAG,
        "corrects_day": MOMENT,
        "total": WHOLE,
        "cash": WHOLE,
        "cashless": WHOLE,
        "prepaid": WHOLE,
        "postpaid": WHOLE,
        "consideration": WHOLE,
        "items": WHOLE,
        "items_total": WHOLE,
        "vat_known": FLAG,
        "user_inn": TEXT,
    },
)
"""receipt, bso, receiptCorrection, bsoCorrection (the `kind`): one row per document.

`operation` is a name of `Operation`; `taxation` one of osn, usn_income, usn_income_expense, envd, eshn, psn, `mixed`
for several, or missing; `agent` is true for money taken for a principal, missing if that is not clear;
`corrects_day` is the corrected day, missing if it is not known for certain. `items` counts the items and
`items_total` is their worth, missing if unknown. `vat_known`: the reported VAT accounts for the whole total.
"""

VAT_LINES = Schema(
    "vat_lines",
    {"fiscal_drive_number": TEXT, "fiscal_document_number": WHOLE, "rate": TEXT, "vat": WHOLE},
)
"""VAT inside receipts as reported, one row per receipt and rate: `20`, `calculated_20`, or a new rate."""

REJECTS = Schema(
    "rejects",
    {
        "page_id": WHOLE,
        "unit_id": TEXT,
        "kind": TEXT,
        "reason": TEXT,
        "record": TEXT,
        "day": MOMENT,
        "fiscal_drive_number": TEXT,
        "shift_number": WHOLE,
        "fiscal_document_number": WHOLE,
    },
)
"""Rejected records for quarantine: the raw record as JSON text, and the reason. `day`, the date of
the record's time, may be missing.

`unit_id` is the register or shop of the request.
"""

SHIFTS = Schema(
    "shifts",
    {
        "kkt_reg_id": TEXT,
        "fiscal_drive_number": TEXT,
        "shift_number": WHOLE,
        "fiscal_document_number": WHOLE,
        "fiscal_sign": WHOLE,
        "opened_at": MOMENT,
        "closed_at": MOMENT,
        "received_at": MOMENT,
        "receipts": WHOLE,
        "documents_quantity": WHOLE,
    }
    | dict.fromkeys(MONEY, WHOLE)
    | {"detail": TEXT, "has_corrections": FLAG, "order_day": MOMENT}
    | {"outcome": TEXT, "reason": TEXT, "evidence": TEXT, "user_inn": TEXT}
    | SIGNS,
    optional=tuple(SIGNS),
)
"""One row per closed shift. `user_inn` is the ИНН that its z-report names, missing if it names none.

Sums are missing if the shift is `incomplete`; `opened_at` is missing if no source reports it.

`detail` is `totals` or `receipts`, the source of the sums; `evidence` is a PostgreSQL array of page ids: `{3,9}`.
`has_corrections`: the shift has cash of corrections whose corrected day is not known to be the shift's own.
"""

ORDERS = Schema(
    "orders",
    {
        "fiscal_drive_number": TEXT,
        "shift_number": WHOLE,
        "cashbox_id": TEXT,
        "till_shift": TEXT,
        "kind": TEXT,
        "operation": TEXT,
        "taxation": TEXT,
        "agent": FLAG,
        "day": MOMENT,
        "amount": WHOLE,
        "vat": WHOLE,
        "vat_by_rate": TEXT,
        "debit_account": TEXT,
        "credit_account": TEXT,
        "basis": TEXT,
    },
)
"""One row per cash order: `kind` pko or rko, `taxation` empty if unknown, `vat` missing if not exactly known.

The key of a shift of the OFD is `fiscal_drive_number` and `shift_number`, that of one of Kontur.Market `cashbox_id`
and `till_shift`; the other two are missing.

`vat_by_rate` is a JSON object of kopecks by rate, `{"20": 1667}`.
"""
