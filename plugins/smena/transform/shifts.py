"""Z-reports, totals and receipts become shifts, each with its outcome; shifts become cash orders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smena.model.organization import AccountRule
from smena.model.outcome import Outcome
from smena.transform.duplicates import as_rejects
from smena.transform.frames import MONEY, REJECTS, SHIFT_KEY, SHIFTS
from smena.transform.orders import make_orders
from smena.transform.wholeness import whole_totals

CASH = MONEY[:4]
_PAID = ["cash", "cashless", "prepaid", "postpaid", "consideration"]


def make_shifts(
    z_reports: pd.DataFrame,
    openings: pd.DataFrame,
    shift_totals: pd.DataFrame,
    receipts: pd.DataFrame,
    vat_lines: pd.DataFrame,
    *,
    detail: str,
    date_policy: str,
    refunds: str,
    keeps_cash_documents: bool,
    accounts: Sequence[AccountRule],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Shifts (SHIFTS), their cash orders (ORDERS), and receipts that cannot be true (REJECTS).

    Sums come from whole totals where `detail` is `totals`, else from the shift's receipts. Outcomes given here are
    incomplete, needs_review, no_cash and issued; what depends on what stands in the warehouse is decided there.
    """
    receipts, rejects = _balanced(receipts)
    shifts = _with_opening(z_reports.reset_index(drop=True), openings)
    told = whole_totals(shifts, shift_totals)
    read = _from_receipts(shifts, receipts)
    whole = told["whole"] & (detail == "totals")
    exact = ~whole & read["whole"]
    for name in MONEY:
        shifts[name] = told[name].where(whole).fillna(read[name].where(exact))
    shifts["receipts"] = shifts["receipts_quantity"]
    shifts["detail"] = pd.Series(np.select([whole, exact], ["totals", "receipts"], ""), dtype="string").replace("", pd.NA)
    shifts["opened_at"] = shifts["opened_at"].fillna(told["opened_at"])
    shifts["order_day"] = shifts["closed_at" if date_policy == "shift_close" else "opened_at"].dt.normalize()
    shifts["evidence"] = _evidence(shifts, told, read, whole)
    _judge(shifts, read, exact, keeps_cash_documents=keeps_cash_documents)
    shifts, orders = make_orders(shifts, receipts, vat_lines, refunds=refunds, accounts=accounts)
    return SHIFTS.conform(shifts), orders, rejects


def _balanced(receipts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """R1: a receipt's total is what was paid for it, form by form."""
    bad = receipts["total"] != receipts[_PAID].sum(axis=1)
    if not bad.any():
        return receipts, REJECTS.empty()
    return receipts[~bad], as_rejects(receipts[bad], "receipt", "the total is not the sum of its payments")


def _with_opening(z_reports: pd.DataFrame, openings: pd.DataFrame) -> pd.DataFrame:
    known = openings[[*SHIFT_KEY, "opened_at", "page_id"]].rename(columns={"page_id": "opening_page_id"})
    return z_reports.merge(known, on=SHIFT_KEY, how="left", validate="many_to_one")


def _from_receipts(shifts: pd.DataFrame, receipts: pd.DataFrame) -> pd.DataFrame:
    """For each shift (same index): sums of its receipts, and R2: whether they are as many as its z-report says."""
    key = pd.MultiIndex.from_frame(shifts[SHIFT_KEY])
    none = pd.DataFrame(index=shifts.index)
    zero_is_whole = (shifts["receipts_quantity"] == 0).fillna(value=False).astype(bool)
    if receipts.empty:
        zeros = pd.Series(0, index=shifts.index, dtype="Int64").where(zero_is_whole)
        return none.assign(
            **dict.fromkeys(MONEY, zeros), count=0, whole=zero_is_whole, review="", pages="", agentless=True
        )
    grouped = receipts.groupby(SHIFT_KEY)
    count = grouped.size().reindex(key, fill_value=0).to_numpy()
    by_operation = receipts.pivot_table(
        index=SHIFT_KEY, columns="operation", values=["cash", "cashless"], aggfunc="sum", fill_value=0
    )
    sums = {}
    for name in MONEY:
        part, operation = ("cashless", name.replace("cashless", "cash")) if name.startswith("cashless") else ("cash", name)
        column = (part, operation)
        values = by_operation[column].reindex(key, fill_value=0) if column in by_operation else pd.Series(0, index=key)
        sums[name] = pd.Series(values.to_numpy(), index=shifts.index).astype("Int64")
    pages = receipts[[*SHIFT_KEY, "page_id"]].drop_duplicates().sort_values([*SHIFT_KEY, "page_id"])
    joined = pages.assign(page=pages["page_id"].astype("string")).groupby(SHIFT_KEY)["page"].agg(",".join)
    reviews = receipts.assign(
        mixed=receipts["agent"].isna() & (receipts["cash"] > 0),
        earlier=(receipts["corrects_day"] < receipts["formed_at"].dt.normalize()) & (receipts["cash"] > 0),
    ).groupby(SHIFT_KEY)[["mixed", "earlier"]].any()
    flags = reviews.reindex(key, fill_value=False)
    review = np.select(
        [flags["earlier"].to_numpy(), flags["mixed"].to_numpy()],
        ["a correction of an earlier day's cash", "a receipt mixes own money and a principal's"],
        "",
    )
    quantity = shifts["receipts_quantity"].to_numpy(dtype="float64", na_value=np.nan)
    return none.assign(
        **sums, count=count, whole=count == quantity, review=review, pages=joined.reindex(key).fillna("").to_numpy()
    )


def _evidence(shifts: pd.DataFrame, told: pd.DataFrame, read: pd.DataFrame, whole: pd.Series) -> pd.Series:
    """Page ids as a PostgreSQL array."""
    parts = [
        shifts["page_id"].astype("string"),
        shifts["opening_page_id"].astype("string"),
        told["totals_page_id"].where(whole).astype("string"),
        pd.Series(read["pages"], dtype="string").replace("", pd.NA).mask(whole),
    ]
    text = parts[0]
    for part in parts[1:]:
        text = text + ("," + part).fillna("")
    return "{" + text + "}"


def _judge(shifts: pd.DataFrame, read: pd.DataFrame, exact: pd.Series, *, keeps_cash_documents: bool) -> None:
    """Writes `outcome` and `reason`: the first that holds."""
    whole = shifts["detail"].notna()
    backwards = (shifts["closed_at"] < shifts["opened_at"]).astype(bool)
    unread = (
        read["count"].astype("string") + " of " + shifts["receipts_quantity"].astype("string") + " receipts were read"
    )
    cash = sum((shifts[name] for name in CASH[1:]), start=shifts[CASH[0]]).fillna(0) > 0
    cases: list[tuple[pd.Series, str, pd.Series | str]] = [
        (backwards, Outcome.INCOMPLETE, "closed before it was opened"),
        (~whole, Outcome.INCOMPLETE, unread),
        (shifts["order_day"].isna(), Outcome.INCOMPLETE, "nothing tells when it was opened"),
        (exact & (read["review"] != ""), Outcome.NEEDS_REVIEW, pd.Series(read["review"], dtype="string")),
        (~cash.astype(bool), Outcome.NO_CASH, ""),
        (pd.Series(not keeps_cash_documents, index=shifts.index), Outcome.NO_CASH, "keeps no cash documents"),
    ]
    conditions = [case[0].to_numpy(dtype=bool) for case in cases]
    shifts["outcome"] = pd.Series(
        np.select(conditions, [str(case[1]) for case in cases], str(Outcome.ISSUED)), dtype="string"
    )
    reasons = [np.asarray(case[2], dtype=object) if isinstance(case[2], pd.Series) else case[2] for case in cases]
    shifts["reason"] = pd.Series(np.select(conditions, reasons, ""), dtype="string").replace("", pd.NA)
    blank = (shifts["outcome"] == Outcome.INCOMPLETE).to_numpy()
    for name in MONEY:
        shifts[name] = shifts[name].mask(blank)
