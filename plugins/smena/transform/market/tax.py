"""What lines of cheques say of VAT and tax system, and the VAT inside the cash of till shifts (DOMAIN 2).

What a line does not say, or says in an unknown word, is unknown: never 0 %, and never «без НДС».
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import msgspec
import pandas as pd

from smena.contract.ofd import MOST_KOPECKS
from smena.model.money import kopecks
from smena.transform.frames import VAT
from smena.transform.market.frames import CHEQUE_KEY, TILL_SHIFT_KEY
from smena.transform.market.tax_words import CALCULATED, MAIN, MAIN_SINCE
from smena.transform.vat_account import WITHOUT_VAT, ZERO_RATE

OPERATIONS = ("cash_income", "cash_refund")


def vat_of_line(reported: msgspec.Raw) -> int | None:
    """Return the VAT of a line in kopecks; None for null, nothing, and all that is no amount of whole kopecks."""
    return _vat_of(bytes(reported))


@lru_cache(maxsize=100_000)
def _vat_of(reported: bytes) -> int | None:
    text = reported.decode(errors="replace").strip().strip('"').strip().replace(",", ".")
    try:
        vat = kopecks(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return vat if 0 <= vat <= MOST_KOPECKS else None


def with_known_vat(lines: pd.DataFrame, cheques: pd.DataFrame) -> pd.DataFrame:
    """Return SOLD_LINES with the main rate as a percentage, and with `vat` where it is known for certain.

    The VAT of a line must be that of its rate, to a kopeck. `main` is the rate in force on the day of the cheque,
    unless only an earlier one fits: a refund of a sale of last year has its rate. At 0 % and without VAT it is 0.
    """
    if lines.empty:
        return lines
    closed = cheques.drop_duplicates(CHEQUE_KEY).set_index(CHEQUE_KEY)["closed_at"]
    days = closed.reindex(pd.MultiIndex.from_frame(lines[CHEQUE_KEY])).set_axis(lines.index)
    is_main = lines["vat_rate"].isin([MAIN, f"{CALCULATED}{MAIN}"])
    in_force = pd.Series("18", index=lines.index, dtype="string")
    for rate, since in MAIN_SINCE.items():
        in_force = in_force.mask((days >= pd.Timestamp(since)).fillna(value=False), rate)
    percent = lines["vat_rate"].str.removeprefix(CALCULATED).mask(is_main, in_force)
    vat, amount = lines["vat"], lines["amount"]
    fits = _fits(vat, amount, percent)
    for rate in MAIN_SINCE:
        earlier = pd.Series(rate, index=lines.index, dtype="string")
        takes = is_main & ~fits & _fits(vat, amount, earlier) & (earlier.astype("Int64") < in_force.astype("Int64"))
        percent, fits = percent.mask(takes, rate), fits | takes
    untaxed = lines["vat_rate"].isin([ZERO_RATE, WITHOUT_VAT])
    calculated = lines["vat_rate"].str.startswith(CALCULATED)
    return lines.assign(
        vat_rate=percent.where(~calculated, CALCULATED + percent).astype("string"),
        vat=vat.where(fits).mask(untaxed & vat.fillna(0).eq(0), 0).astype("Int64"),
    )


def _fits(vat: pd.Series, amount: pd.Series, percent: pd.Series) -> pd.Series:
    """Whether VAT is known and that of the rate inside the amount, to a kopeck; False where the rate is none."""
    rate = pd.to_numeric(percent.where(~percent.isin([ZERO_RATE, WITHOUT_VAT])), errors="coerce").astype("Int64")
    expected = (2 * amount * rate + 100 + rate) // (2 * (100 + rate))
    fits: pd.Series = ((vat - expected).abs() <= 1).fillna(value=False).astype(bool)
    return fits


def vat_of_tills(cheques: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the VAT inside the cash of sales and of refunds of each till shift: the columns of `VAT`.

    It is known if every cheque with cash says the VAT of each of its lines and these are worth its total: a rounded
    total leaves the VAT of the rounding open. Of a cheque that is paid in part by card, the VAT of a rate is divided as
    the total is, rounded half up.

    Args:
        cheques: CHEQUES.
        lines: SOLD_LINES, after `with_known_vat`.

    Returns:
        A frame by TILL_SHIFT_KEY: kopecks and a JSON object of kopecks by rate, missing if not known.
    """
    paid = cheques[(cheques["cash"] > 0).to_numpy(dtype=bool)]
    paid = paid.assign(operation=_operations(paid))
    of_cheque = lines.assign(is_known=lines["vat"].notna()).groupby(CHEQUE_KEY)
    key = pd.MultiIndex.from_frame(paid[CHEQUE_KEY])
    worth = of_cheque["amount"].sum().reindex(key).set_axis(paid.index)
    is_known = of_cheque["is_known"].all().reindex(key, fill_value=False).set_axis(paid.index).astype(bool)
    is_known &= (worth == paid["total"]).fillna(value=False).astype(bool)
    order = [*TILL_SHIFT_KEY, "operation"]
    known = paid.assign(is_known=is_known).groupby(order)["is_known"].all()
    by_rate = _by_rate(paid[is_known], lines, order)
    text = '"' + by_rate["vat_rate"] + '": ' + by_rate["vat"].astype("string")
    summed = by_rate.assign(text=text).groupby(order).agg(vat=("vat", "sum"), text=("text", ", ".join))
    rows = summed.reindex(known.index)
    vat = rows["vat"].astype("Int64").fillna(0).where(known)
    texts = ("{" + rows["text"].astype("string").fillna("") + "}").where(known)
    parts: list[pd.Series[Any]] = []
    for operation in OPERATIONS:
        of_operation = known.index.get_level_values("operation") == operation
        name, by_rate_name = VAT[operation]
        parts.append(vat[of_operation].droplevel("operation").astype("Int64").rename(name))
        parts.append(texts[of_operation].droplevel("operation").astype("string").rename(by_rate_name))
    return pd.concat(parts, axis=1)


def _by_rate(paid: pd.DataFrame, lines: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """VAT inside the cash by order and rate, above zero, sorted by rate."""
    summed = lines.groupby([*CHEQUE_KEY, "vat_rate"], as_index=False)["vat"].sum()
    rows = summed.merge(paid[[*CHEQUE_KEY, *order[1:], "cash", "total"]], on=CHEQUE_KEY)
    # 10^13 · 10^13 does not fit 64 bits, so huge numbers are computed as Python integers.
    is_small = bool((rows["vat"].max() < 2**30) and (rows["cash"].max() < 2**31)) if len(rows) else True
    vat, cash, total = (rows[name].astype("int64" if is_small else object) for name in ("vat", "cash", "total"))
    rows = rows.assign(vat=((2 * vat * cash + total) // (2 * total)).astype("Int64"))
    of_order = rows.groupby([*order, "vat_rate"], as_index=False)["vat"].sum()
    in_order: pd.DataFrame = of_order[(of_order["vat"] > 0).to_numpy(dtype=bool)].sort_values([*order, "vat_rate"])
    return in_order


def _operations(cheques: pd.DataFrame) -> pd.Series:
    income = pd.Series("cash_income", index=cheques.index, dtype="string")
    return income.mask(cheques["is_refund"].astype(bool), "cash_refund")
