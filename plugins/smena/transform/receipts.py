"""Reads receipts, BSO and their corrections into frames."""

from __future__ import annotations

from typing import Any

import pandas as pd

from smena.contract.ofd import RECEIPT_KINDS
from smena.model.identifiers import clean_inn
from smena.model.outcome import OPERATION_CODES, TAXATIONS
from smena.transform.duplicates import distinct
from smena.transform.frames import RECEIPTS, VAT_LINES
from smena.transform.pages import Found, moments
from smena.transform.receipt_facts import agent_of, corrected_day, worth_of
from smena.transform.vat_account import accounts_for_total, vat_amounts, vat_parts

_DOCUMENT = ["fiscal_drive_number", "fiscal_document_number"]


def receipt_frames(found: dict[str, Found], fiscal: Any) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return receipts (RECEIPTS), the VAT inside them (VAT_LINES), and those reported with two contents (REJECTS).

    Args:
        found: documents by their kind.
        fiscal: returns the columns that every fiscal document has.
    """
    all_of, kinds = Found(), []
    for kind in RECEIPT_KINDS:
        all_of.extend(found[kind])
        kinds += [kind] * len(found[kind].documents)
    documents = all_of.documents
    vat = [vat_parts(receipt) for receipt in documents]
    worth = [worth_of(receipt) for receipt in documents]
    items = [len(receipt.items or ()) for receipt in documents]
    frame = RECEIPTS.of(
        fiscal(all_of)
        | {
            "fiscal_sign": all_of.column("fiscal_sign"),
            "formed_at": moments(all_of.column("date_time")),
            "kind": kinds,
            "operation": [str(OPERATION_CODES[code]) for code in all_of.column("operation_type")],
            "taxation": [_taxation(mask) for mask in all_of.column("taxation_type")],
            "agent": [agent_of(receipt) for receipt in documents],
            "corrects_day": moments([corrected_day(receipt) for receipt in documents]),
            "total": all_of.column("total_sum"),
            "cash": [amount or 0 for amount in all_of.column("cash_total_sum")],
            "cashless": [amount or 0 for amount in all_of.column("ecash_total_sum")],
            "prepaid": [amount or 0 for amount in all_of.column("pre_payment_total_sum")],
            "postpaid": [amount or 0 for amount in all_of.column("post_payment_total_sum")],
            "consideration": [amount or 0 for amount in all_of.column("consideration_total_sum")],
            "items": items,
            "items_total": worth,
            "vat_known": accounts_for_total(vat, all_of.column("total_sum"), worth, items),
            "user_inn": [clean_inn(inn or "") or None for inn in all_of.column("user_inn")],
        }
    )
    # The same receipt with another VAT has another content.
    reported = ["" if parts is None else str(sorted(parts.items())) for parts in vat]
    with_vat = frame.assign(_vat=pd.Series(reported, dtype="string"))
    receipts, doubled = distinct(with_vat, _DOCUMENT, "receipt")
    lines = VAT_LINES.of(vat_amounts(frame[_DOCUMENT[0]], frame[_DOCUMENT[1]], vat))
    return receipts.drop(columns="_vat"), lines.drop_duplicates(ignore_index=True), doubled


def _taxation(mask: int | None) -> str | None:
    """The tax system; None where the mask has no bit or is absent."""
    return TAXATIONS.get(mask, "mixed") if mask else None
