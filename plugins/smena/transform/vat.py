"""VAT inside cash: exact, by receipt and rate (DOMAIN 2)."""

from __future__ import annotations

import pandas as pd


def vat_of_cash(receipts: pd.DataFrame, vat_lines: pd.DataFrame) -> pd.DataFrame:
    """VAT inside the cash of each receipt: VAT × cash / total, rounded half up by receipt and rate.

    A receipt paid in cash alone keeps its VAT whole. Whole numbers only: no float is made on the way.

    Gives one row a line of VAT: the receipt's key of its order (ФН, shift, operation, taxation, agent), rate, vat.
    """
    key = ["fiscal_drive_number", "fiscal_document_number"]
    lines = vat_lines.merge(
        receipts[[*key, "shift_number", "operation", "taxation", "agent", "cash", "total"]], on=key, how="inner"
    )
    lines = lines[(lines["cash"] > 0) & (lines["total"] > 0)]
    # 2·vat·cash/total + 1, halved and cut, is vat·cash/total rounded half up. 10^13 · 10^13 would not fit 64 bits,
    # so where numbers are huge Python's own integers do it.
    small = bool((lines["vat"].max() or 0) < 2**30 and (lines["cash"].max() or 0) < 2**31) if len(lines) else True
    vat, cash, total = (lines[name].astype("int64" if small else object) for name in ("vat", "cash", "total"))
    lines = lines.assign(vat=((2 * vat * cash + total) // (2 * total)).astype("Int64"))
    return lines.drop(columns=[*key[1:], "cash", "total"])
