"""Receipts, BSO and their corrections into frames."""

from __future__ import annotations

from typing import Any

import pandas as pd

from smena.model.identifiers import clean_inn
from smena.model.outcome import OPERATION_CODES
from smena.transform.documents import RECEIPT_KINDS
from smena.transform.duplicates import distinct
from smena.transform.frames import RECEIPTS, VAT_LINES
from smena.transform.pages import Found, day_of, moments

TAXATIONS = {1: "osn", 2: "usn_income", 4: "usn_income_expense", 8: "envd", 16: "eshn", 32: "psn"}
_DOCUMENT = ["fiscal_drive_number", "fiscal_document_number"]


def receipt_frames(found: dict[str, Found], fiscal: Any) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Receipts (RECEIPTS), the VAT inside them (VAT_LINES), and those told twice with two contents (REJECTS).

    Args:
        found: documents by their kind.
        fiscal: gives the columns that every fiscal document has.
    """
    all_of, kinds = Found(), []
    for kind in RECEIPT_KINDS:
        all_of.extend(found[kind])
        kinds += [kind] * len(found[kind].documents)
    told = all_of.documents
    vat = [_vat(receipt) for receipt in told]
    frame = RECEIPTS.of(
        fiscal(all_of)
        | {
            "fiscal_sign": all_of.column("fiscal_sign"),
            "formed_at": moments(all_of.column("date_time")),
            "kind": kinds,
            "operation": [str(OPERATION_CODES[code]) for code in all_of.column("operation_type")],
            "taxation": [_taxation(mask) for mask in all_of.column("taxation_type")],
            "agent": [_agent(receipt) for receipt in told],
            "corrects_day": moments([_corrected(receipt) for receipt in told]),
            "total": all_of.column("total_sum"),
            "cash": [amount or 0 for amount in all_of.column("cash_total_sum")],
            "cashless": [amount or 0 for amount in all_of.column("ecash_total_sum")],
            "prepaid": [amount or 0 for amount in all_of.column("pre_payment_total_sum")],
            "postpaid": [amount or 0 for amount in all_of.column("post_payment_total_sum")],
            "consideration": [amount or 0 for amount in all_of.column("consideration_total_sum")],
            "items_total": [_worth(receipt.items) for receipt in told],
            "user_inn": [clean_inn(inn or "") or None for inn in all_of.column("user_inn")],
        }
    )
    # The same receipt told with another VAT is another content.
    with_vat = frame.assign(_vat=pd.Series([str(lines) for lines in vat], dtype="string"))
    receipts, doubled = distinct(with_vat, _DOCUMENT, "receipt")
    lines = [
        (drive, number, rate, amount)
        for drive, number, of_receipt in zip(frame[_DOCUMENT[0]], frame[_DOCUMENT[1]], vat, strict=True)
        for rate, amount in of_receipt
    ]
    vat_lines = VAT_LINES.of(
        {name: [line[place] for line in lines] for place, name in enumerate(VAT_LINES.columns)}
    ).drop_duplicates(ignore_index=True)
    return receipts.drop(columns="_vat"), vat_lines, doubled


def _vat(receipt: Any) -> list[tuple[str, int]]:
    """Rates and amounts: `nds20` → 20, `ndsCalculated20` → calculated_20."""
    return [
        (key.replace("ndsCalculated", "calculated_").replace("nds", ""), amount)
        for key in receipt.__struct_fields__
        if key.startswith("nds") and (amount := getattr(receipt, key))
    ]


def _taxation(mask: int | None) -> str | None:
    return TAXATIONS.get(mask, "mixed") if mask else None


def _agent(receipt: Any) -> bool | None:
    """Whether the money is a principal's; None where a receipt mixes both."""
    if receipt.payment_agent_type:
        return True
    signs = {
        bool(item.payment_agent_by_product_type or item.payment_agent_type or item.provider_inn)
        for item in receipt.items or ()
    }
    return None if len(signs) > 1 else signs == {True}


def _worth(items: Any) -> int | None:
    """What the items are worth together; None where there are none, or one of them does not tell."""
    if not items:
        return None
    sums = [item.sum for item in items]
    return None if None in sums else sum(sums)


def _corrected(receipt: Any) -> Any:
    base = receipt.correction_base.document_date if receipt.correction_base else None
    return day_of(receipt.correction_document_date) or day_of(base)
