"""Sums Market's cheques to cashless revenue and to goods sold (DOMAIN 4)."""

from __future__ import annotations

from datetime import date

import pandas as pd

from smena.transform.market.frames import CASHLESS, CHEQUE_KEY, SOLD

_OF_CASHLESS = ["shop_id", "day", "type"]
_OF_SOLD = ["shop_id", "day", "product_id", "product_code", "tax_system", "vat_rate"]


def make_cashless(cheques: pd.DataFrame, payments: pd.DataFrame, *, first_day: date, last_day: date) -> pd.DataFrame:
    """Return cashless revenue (CASHLESS) by shop, day of the cheque's closing and payment type, within the window."""
    rows = _dated(payments, cheques, first_day, last_day)
    refund = rows["is_refund"].astype(bool)
    rows = rows.assign(income=rows["amount"].mask(refund, 0), refund=rows["amount"].where(refund, 0))
    return CASHLESS.conform(rows.groupby(_OF_CASHLESS, sort=True)[["income", "refund"]].sum().reset_index())


def make_sold(cheques: pd.DataFrame, lines: pd.DataFrame, *, first_day: date, last_day: date) -> pd.DataFrame:
    """Return goods sold (SOLD) by shop, day of the cheque's closing, product, tax system and rate, refunds subtracted.

    `lines` are those of `with_known_vat`.
    """
    rows = _dated(lines, cheques, first_day, last_day)
    refund = rows["is_refund"].astype(bool)
    rows = rows.assign(**{name: rows[name].where(~refund, -rows[name]) for name in ("quantity", "amount", "vat")})
    of_line = rows.assign(lacks_vat=rows["vat"].isna()).groupby(_OF_SOLD, sort=True)
    sold = of_line[["quantity", "amount", "vat"]].sum().assign(lacks_vat=of_line["lacks_vat"].any()).reset_index()
    return SOLD.conform(sold.assign(vat=sold["vat"].mask(sold["lacks_vat"].astype(bool))))


def _dated(parts: pd.DataFrame, cheques: pd.DataFrame, first_day: date, last_day: date) -> pd.DataFrame:
    """Parts of the cheques of these days, with `day` and `is_refund`."""
    of_cheque = cheques[[*CHEQUE_KEY, "is_refund"]].assign(day=cheques["closed_at"].dt.normalize())
    of_cheque = of_cheque[of_cheque["day"].between(pd.Timestamp(first_day), pd.Timestamp(last_day))]
    return parts.merge(of_cheque, on=CHEQUE_KEY, validate="many_to_one")
