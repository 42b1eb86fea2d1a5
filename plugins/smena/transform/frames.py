"""Schemas of the frames that the steps of a load pass to each other, for an operator of fiscal data (the OFD).

Each is a table with named and typed columns. Responses are parsed into Z_REPORTS, OPENINGS, SHIFT_TOTALS, DAY_TOTALS,
RECEIPTS and VAT_LINES. SHIFTS are made of these, and ORDERS of SHIFTS. Records that cannot be read go into REJECTS. The
reconciliation asks the OFD for by-shifts again and parses it into SOURCE_SHIFTS.

Kontur.Market (an inventory system for shops) has frames of its own, `smena.transform.market.frames`; it shares ORDERS
and REJECTS.

Money is in kopecks. Times (`…_at`) are local time of the register, without a zone; only `received_at` is UTC. A day is
a time too: its midnight. A value that is *missing* is NA; *empty* text is "". `page_id` is the stored response that
the row was read from.
"""

from __future__ import annotations

from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

MONEY = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund", "cashless_income", "cashless_refund")
"""The six sums of a shift, in kopecks: cash of sales, refunds, payouts and refunds of payouts; cashless payments of
sales and refunds."""

# The first four of MONEY are cash: only cash gets orders, so only cash needs VAT.
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
"""The columns of a z-report about the health of its register and its fiscal drive (ФН), missing if not reported.

They are tags of the fiscal data format (ФФД):

- `drive_replace` (1051): the drive must be replaced urgently; `drive_exhausted` (1050): its resource is exhausted;
  `drive_memory_full` (1052): its memory is full;
- `ofd_timeout` (1053): the OFD did not confirm documents in time;
- `not_sent` (1097): how many documents were not sent to the OFD; `not_sent_since` (1098): the time of the first.

`fiscal_sign` (1077), the checksum of a document, is not one of them.
"""

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
"""closeShift: one row per z-report, without sums. `kkt_reg_id` (РНМ) is the register of the request.

`received_at` is when the OFD received it (UTC). `user_inn` is the ИНН of the register's user, missing if not reported.
"""

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
"""by-shifts, the totals by shift: one row per entry of a response. `opened_at` or `closed_at` is missing if it lies
outside the requested window (the days of one request).

`is_unconfirmed`: the totals by day (by-days) of the same window contradict the entry, so its sums are not used.
`cash_income_vat` and `cash_income_vat_by_rate` (and the same for each operation of `VAT`) are the VAT inside that
operation's cash. They are missing if it is not known exactly: the operation was not paid wholly in cash, or the VAT
does not *account for* the total: the turnovers by rate, at 0 % and without VAT do not add up to it.
"""

SOURCE_SHIFTS = Schema("source_shifts", {**_TOTALS, "overpaid": WHOLE})
"""by-shifts for the reconciliation: `overpaid` is by how many kopecks cash and cashless sums exceed their totals, or 0.

A load rejects such an entry; here it stays in the frame.
"""

DAY_TOTALS = Schema(
    "day_totals",
    {"page_id": WHOLE, "kkt_reg_id": TEXT, "day": MOMENT, "receipts": WHOLE} | dict.fromkeys(MONEY, WHOLE),
)
"""by-days, the totals by day: one row per register and day on which a shift opened or closed, or a receipt was made.
`kkt_reg_id` is empty for the total of all registers."""

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
for several, or missing if not reported; `agent` is true for money taken for a principal, missing if that is not clear;
`corrects_day` is the day that a correction corrects, missing if it is not known for certain, and in other receipts.
`cash` to `consideration` are the forms of payment, whose sum is `total`. `items` counts the items and `items_total` is
the sum of their worths, missing if unknown. `vat_known`: the reported VAT accounts for the whole `total` (see
SHIFT_TOTALS).
"""

VAT_LINES = Schema(
    "vat_lines",
    {"fiscal_drive_number": TEXT, "fiscal_document_number": WHOLE, "rate": TEXT, "vat": WHOLE},
)
"""VAT inside receipts as reported, one row per receipt and rate: `20`, `calculated_20` (20/120), or a new rate."""

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
"""Rejected records for quarantine. `record` is the raw record as JSON text, `reason` a stored reason (see
`smena.model.reason_text`).

`unit_id` is the register or shop of the request. `kind` is the kind of record: `closeShift`, `receipt`, `byShifts`, or
`page` for a whole response. `day`, the date of the record's time, may be missing.
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
`has_corrections`: the shift has a correction with cash that corrects an earlier day, or whose corrected day is not
known.
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
"""One row per cash order: `kind` is pko (ПКО, money received) or rko (РКО, money paid out). `taxation` is empty,
not missing, if unknown: orders made of totals name no tax system. `vat` is missing if not exactly known.

The key of a shift of the OFD is `fiscal_drive_number` and `shift_number`, that of one of Kontur.Market `cashbox_id`
and `till_shift`; the other two are missing.

`vat_by_rate` is a JSON object of kopecks by rate, `{"20": 1667}`.
"""
