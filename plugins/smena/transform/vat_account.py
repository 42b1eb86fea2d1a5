"""The VAT that receipts report, and whether it accounts for their whole totals (DOMAIN 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from smena.contract.ofd import MOST_KOPECKS

ZERO_RATE, WITHOUT_VAT = "0", "no"
"""Not rates of VAT: for these a receipt reports the turnover."""

RATE_OF_CODE = {
    1: "20", 2: "10", 3: "calculated_20", 4: "calculated_10", 5: ZERO_RATE, 6: WITHOUT_VAT,
    7: "5", 8: "7", 9: "calculated_5", 10: "calculated_7", 11: "22", 12: "calculated_22",
}  # fmt: skip
"""The codes of tag 1199 in `amountsReceiptNds`."""

_RATE = re.compile(r"(?:calculated_)?([1-9][0-9]?)")
_MILLI = 1000
"""Turnovers are compared in thousandths of a kopeck: VAT of 18.03 at 22 % is a turnover of 99.985."""

_HALF_A_KOPECK = _MILLI // 2

VatParts = Mapping[str, int]
"""Kopecks of VAT by rate (`20`, `calculated_20`), and of turnover by ZERO_RATE and WITHOUT_VAT. No value is zero."""


def vat_parts(receipt: Any) -> VatParts | None:
    """Return the VAT that a receipt reports; None where a part cannot be read, or two parts contradict each other.

    Zeros are placeholders and are left out: a register writes `nds0: 0` beside any rate.
    """
    parts = {rate: amount for name, rate in _flat_fields(receipt.__class__) if (amount := getattr(receipt, name))}
    for rate, reported in ((ZERO_RATE, receipt.nds0), (WITHOUT_VAT, receipt.nds_no)):
        if reported:
            amount = whole_kopecks(reported)
            if amount is None:
                return None
            if amount:
                parts[rate] = amount
    return parts if receipt.amounts_receipt_nds is None else _with_nested(parts, receipt.amounts_receipt_nds)


def whole_kopecks(reported: object) -> int | None:
    """Return the kopecks in an optional field: 0 for a blank text, None for anything that is not an amount."""
    if isinstance(reported, str):
        text = reported.strip()
        if not text:
            return 0
        reported = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
    return reported if type(reported) is int and 0 <= reported <= MOST_KOPECKS else None


def accounts_for_total(
    parts: Sequence[VatParts | None], totals: Sequence[int], worths: Sequence[int | None], items: Sequence[int]
) -> np.ndarray[Any, Any]:
    """Return whether the turnovers of each receipt at its rates, at 0 % and without VAT are its whole total.

    VAT of a rate is rounded item by item, by half a kopeck each, and the turnover at 22 % is 122/22 of it, so each item
    allows for 2.77 kopecks of turnover. In a receipt rounded down to whole roubles, the VAT may account for the worth
    of the items instead of the total.

    Args:
        parts: the VAT that each receipt reports.
        totals: kopecks.
        worths: the worth of the items in kopecks; None where unknown.
        items: the number of items.
    """
    total = np.asarray(totals, dtype="int64")
    worth = np.asarray([one if known is None else known for one, known in zip(totals, worths, strict=True)], "int64")
    most = np.where((worth > total) & (worth - total < 100), worth, total)
    rows = [(n, rate, amount) for n, one in enumerate(parts) if one for rate, amount in one.items()]
    place = np.asarray([row[0] for row in rows], dtype="int64")
    names, codes = np.unique(np.asarray([row[1] for row in rows], dtype="str"), return_inverse=True)
    rate = np.asarray([_percent(str(name)) for name in names], dtype="int64")[codes]
    amount = np.asarray([row[2] for row in rows], dtype="int64")
    is_rate = rate > 0
    divisor = np.maximum(rate, 1)
    turnover = np.where(is_rate, amount * _MILLI * (100 + rate) // divisor, amount * _MILLI)
    # Rounded up, plus one because the turnover is rounded down.
    of_item = np.where(is_rate, -(-_HALF_A_KOPECK * (100 + rate) // divisor) + 1, 0)
    account, allowed, largest, rates = (np.zeros(len(total), dtype="int64") for _ in range(4))
    # A sum of absurd amounts must not overflow 64 bits; capped, they are still far above any total.
    np.add.at(account, place, np.minimum(turnover, 2 * MOST_KOPECKS * _MILLI))
    np.add.at(allowed, place, of_item)
    np.maximum.at(largest, place, of_item)
    np.add.at(rates, place, is_rate)
    # Each rate has at least one item; all others may be of the rate that allows for the most rounding.
    allowed += np.maximum(np.asarray(items, dtype="int64") - rates, 0) * largest
    known = np.asarray([one is not None for one in parts], dtype=bool)
    np.logical_and.at(known, place, rate >= 0)
    accounts: np.ndarray[Any, Any] = known & (account >= total * _MILLI - allowed)
    accounts &= account <= most * _MILLI + allowed
    return accounts


@cache
def _flat_fields(kind: type) -> tuple[tuple[str, str], ...]:
    """The VAT fields of a receipt type with their rates: `nds20` → 20, `ndsCalculated20` → calculated_20."""
    return tuple(
        (name, name.replace("ndsCalculated", "calculated_").replace("nds", ""))
        for name in kind.__struct_fields__  # type: ignore[attr-defined]
        if name.startswith("nds") and name not in ("nds0", "nds_no")
    )


def _with_nested(parts: dict[str, int], reported: object) -> VatParts | None:
    """The flat parts together with those of `amountsReceiptNds`; None where these cannot be read, or differ."""
    amounts = reported.get("amountsNds") if isinstance(reported, dict) else reported
    if amounts is None or amounts == "":
        return parts
    if not isinstance(amounts, list):
        return None
    nested: dict[str, int] = {}
    for entry in amounts:
        amount = whole_kopecks(entry.get("ndsSum")) if isinstance(entry, dict) else None
        if amount == 0:
            continue
        rate = RATE_OF_CODE.get(whole_kopecks(entry.get("nds")) or 0) if isinstance(entry, dict) else None
        if amount is None or rate is None:
            return None
        nested[rate] = nested.get(rate, 0) + amount
    if any(parts.get(rate, amount) != amount for rate, amount in nested.items()):
        return None
    return parts | nested


def _percent(rate: str) -> int:
    """20 for `20` and `calculated_20`; 0 for turnovers without VAT; -1 for any other text."""
    if rate in (ZERO_RATE, WITHOUT_VAT):
        return 0
    found = _RATE.fullmatch(rate)
    return int(found[1]) if found else -1


def vat_amounts(drives: pd.Series, numbers: pd.Series, parts: Sequence[VatParts | None]) -> dict[str, list[Any]]:
    """Return columns of VAT_LINES: the VAT by rate that receipts report, without turnovers at 0 % or without VAT."""
    lines = [
        (drive, number, rate, amount)
        for drive, number, one in zip(drives, numbers, parts, strict=True)
        if one
        for rate, amount in one.items()
        if rate not in (ZERO_RATE, WITHOUT_VAT)
    ]
    return {
        name: [line[place] for line in lines]
        for place, name in enumerate(("fiscal_drive_number", "fiscal_document_number", "rate", "vat"))
    }
