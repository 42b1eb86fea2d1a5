"""VAT inside cash: exact, by receipt and rate (DOMAIN 2)."""

from __future__ import annotations

import pandas as pd


def vat_of_cash(receipts: pd.DataFrame, vat_lines: pd.DataFrame) -> pd.DataFrame:
    """Return the VAT inside the cash of each receipt: VAT × cash / total, rounded half up by receipt and rate.

    A receipt paid in cash alone keeps its whole VAT. Only integers are used, no floats.

    The result has one row per line of VAT: the key of the receipt's order (ФН, shift, operation, taxation, agent),
    rate, vat.
    """
    key = ["fiscal_drive_number", "fiscal_document_number"]
    lines = vat_lines.merge(
        receipts[[*key, "shift_number", "operation", "taxation", "agent", "cash", "total"]], on=key, how="inner"
    )
    lines = lines[(lines["cash"] > 0) & (lines["total"] > 0)]
    # 2·vat·cash/total + 1, halved and cut, is vat·cash/total rounded half up. 10^13 · 10^13 does not fit 64 bits, so
    # huge numbers are computed as Python integers.
    small = bool((lines["vat"].max() or 0) < 2**30 and (lines["cash"].max() or 0) < 2**31) if len(lines) else True
    vat, cash, total = (lines[name].astype("int64" if small else object) for name in ("vat", "cash", "total"))
    lines = lines.assign(vat=((2 * vat * cash + total) // (2 * total)).astype("Int64"))
    return lines.drop(columns=[*key[1:], "cash", "total"])
