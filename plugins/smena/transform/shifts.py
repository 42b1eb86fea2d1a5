"""Makes shifts, each with an outcome, from z-reports, totals and receipts, and cash orders from shifts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smena.contract.ofd import CORRECTION_KINDS
from smena.model.organization import AccountRule
from smena.model.outcome import Outcome
from smena.model.reasons import Reason
from smena.transform.basis import basis_of_shifts
from smena.transform.duplicates import as_rejects
from smena.transform.frames import MONEY, REJECTS, SHIFT_KEY, SHIFTS, VAT
from smena.transform.orders import make_orders
from smena.transform.reason_columns import reasons_of
from smena.transform.wholeness import lacks_vat, reported_alike, whole_totals

CASH = MONEY[:4]
_PAID = ["cash", "cashless", "prepaid", "postpaid", "consideration"]
_SUMMED = [
    *((name, "cash", name) for name in CASH),
    *((name, "cashless", name.replace("cashless", "cash")) for name in MONEY[4:]),
]
"""Each sum of a shift: its name, and the form of payment and the operation that it sums."""


def make_shifts(
    z_reports: pd.DataFrame,
    openings: pd.DataFrame,
    shift_totals: pd.DataFrame,
    receipts: pd.DataFrame,
    vat_lines: pd.DataFrame,
    unread: pd.DataFrame,
    *,
    detail: str,
    date_policy: str,
    refunds: str,
    keeps_cash_documents: bool,
    accounts: Sequence[AccountRule],
    corrections: str = "review",
    vat: str = "totals",
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return shifts (SHIFTS), their cash orders (ORDERS), and receipts that cannot be true (REJECTS).

    `unread` are the documents that could not be read (REJECTS). A correction among them makes its shift, if its totals
    are whole, wait for a review.

    Sums come from whole totals where `detail` is `totals` (and, where the order is dated by the opening, the opening
    report agrees with them); otherwise from the shift's receipts. Where both are whole, they must agree (R4). The
    outcomes here are incomplete, needs_review, no_cash and issued; those that depend on the warehouse are decided in
    `smena.matching`.

    `corrections` is `review` (a correction of cash that is not known to be of the day it was formed on waits for a
    person) or `book` (it is booked as the shift's own revenue).

    VAT comes with the sums: from totals it is known where an operation was paid in cash alone. Where `vat` is `exact`,
    a shift for whose cash the totals do not give the VAT is made from its receipts, if these are whole.
    """
    receipts, rejects = _balanced(receipts)
    shifts = _with_opening(z_reports.reset_index(drop=True), openings)
    reported = whole_totals(shifts, shift_totals)
    read = _from_receipts(shifts, receipts)
    whole = reported["whole"] & (detail == "totals")
    if date_policy == "shift_open":
        # The order is dated by the opening, so the totals and the opening report must agree on it.
        whole &= reported_alike(reported["opened_at"], shifts, openings)
    if vat == "exact":
        whole &= ~(lacks_vat(reported) & read["whole"])
    exact = ~whole & read["whole"]
    for column in (column for pair in VAT.values() for column in pair):
        shifts[column] = reported[column].where(whole)
    for name in MONEY:
        shifts[name] = reported[name].where(whole).fillna(read[name].where(exact))
    shifts["receipts"] = shifts["receipts_quantity"]
    shifts["detail"] = pd.Series(np.select([whole, exact], ["totals", "receipts"], ""), dtype="string").replace(
        "", pd.NA
    )
    shifts["opened_at"] = shifts["opened_at"].fillna(reported["opened_at"])
    shifts["order_day"] = shifts["closed_at" if date_policy == "shift_close" else "opened_at"].dt.normalize()
    shifts["evidence"] = _evidence(shifts, reported, read, whole)
    shifts["has_corrections"] = read["earlier"] | read["undated"]
    read["review"] = _reviews(shifts, reported, read, exact, unread, corrections=corrections)
    _set_outcomes(shifts, read, keeps_cash_documents=keeps_cash_documents)
    shifts["basis"] = basis_of_shifts(shifts)
    shifts, orders = make_orders(shifts, receipts, vat_lines, refunds=refunds, accounts=accounts)
    return SHIFTS.conform(shifts), orders, rejects


def _balanced(receipts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """R1: a receipt's total is the sum of its forms of payment. Receipts that break it are rejects."""
    bad = receipts["total"] != receipts[_PAID].sum(axis=1)
    if not bad.any():
        return receipts, REJECTS.empty()
    return receipts[~bad], as_rejects(receipts[bad], "receipt", Reason.TOTAL_NOT_ITS_PAYMENTS)


def _with_opening(z_reports: pd.DataFrame, openings: pd.DataFrame) -> pd.DataFrame:
    known = openings[[*SHIFT_KEY, "opened_at", "page_id"]].rename(columns={"page_id": "opening_page_id"})
    return z_reports.merge(known, on=SHIFT_KEY, how="left", validate="many_to_one")


def _from_receipts(shifts: pd.DataFrame, receipts: pd.DataFrame) -> pd.DataFrame:
    """The sums of each shift's receipts (same index), their count, and whether they are all of its receipts (R2).

    Columns: the six sums, count, whole, pages (ids, joined by commas), earlier (there is a correction of an earlier
    day's cash), undated (there is one whose corrected day is unknown), mixed (there is cash that is a principal's only
    in part).
    """
    key = pd.MultiIndex.from_frame(shifts[SHIFT_KEY])
    formed_on, is_cash = receipts["formed_at"].dt.normalize(), receipts["cash"] > 0
    rows = receipts.assign(
        mixed=receipts["agent"].isna() & is_cash,
        earlier=(receipts["corrects_day"] < formed_on) & is_cash,
        # A later day cannot be the corrected one, so it counts as unknown.
        undated=receipts["kind"].isin(CORRECTION_KINDS) & ~(receipts["corrects_day"] <= formed_on) & is_cash,
        **{name: receipts[form].where(receipts["operation"] == operation, 0) for name, form, operation in _SUMMED},
    )
    of_shift = rows.groupby(SHIFT_KEY)
    sums = of_shift[list(MONEY)].sum().assign(count=of_shift.size().astype("Int64")).reindex(key, fill_value=0)
    flags = of_shift[["mixed", "earlier", "undated"]].any().reindex(key, fill_value=False).astype(bool)
    pages = rows[[*SHIFT_KEY, "page_id"]].drop_duplicates().sort_values([*SHIFT_KEY, "page_id"])
    # The pages of the z-report and of the opening are in the evidence already.
    for known in ("page_id", "opening_page_id"):
        named = pd.MultiIndex.from_frame(shifts[[*SHIFT_KEY, known]].dropna())
        pages = pages[~pd.MultiIndex.from_frame(pages).isin(named)]
    pages["pages"] = pages["page_id"].astype("string")
    pages_of_shift = pages.groupby(SHIFT_KEY)["pages"].agg(",".join).astype("string").reindex(key, fill_value="")
    read = sums.join(flags).join(pages_of_shift).set_axis(shifts.index)
    return read.assign(whole=(read["count"] == shifts["receipts_quantity"]).fillna(value=False).astype(bool))


def _evidence(shifts: pd.DataFrame, reported: pd.DataFrame, read: pd.DataFrame, whole: pd.Series) -> pd.Series:
    """Page ids as a PostgreSQL array."""
    parts = [
        shifts["page_id"].astype("string"),
        shifts["opening_page_id"].astype("string"),
        reported["totals_page_id"].where(whole).astype("string"),
        read["pages"].replace("", pd.NA).mask(whole),
    ]
    text = parts[0]
    for part in parts[1:]:
        text = text + ("," + part).fillna("")
    return "{" + text + "}"


def _reviews(
    shifts: pd.DataFrame,
    reported: pd.DataFrame,
    read: pd.DataFrame,
    exact: pd.Series,
    unread: pd.DataFrame,
    *,
    corrections: str,
) -> pd.Series:
    """Why a person must review a shift before it is booked; empty where nobody must.

    Corrections come with the z-reports, so they are seen even where receipts are not read.
    """
    agree = pd.Series(data=True, index=shifts.index)
    for name in CASH:
        agree &= (reported[name] == read[name]).fillna(value=True).astype(bool)
    unread_corrections = unread.loc[unread["kind"].isin(CORRECTION_KINDS), SHIFT_KEY].dropna()
    key = pd.MultiIndex.from_frame(shifts[SHIFT_KEY])
    of_unread = pd.Series(key.isin(pd.MultiIndex.from_frame(unread_corrections)), index=shifts.index)
    is_asked = corrections == "review"
    cases = {
        Reason.CORRECTION_OF_EARLIER_DAY: read["earlier"] & is_asked,
        Reason.CORRECTION_DAY_UNKNOWN: read["undated"] & is_asked,
        Reason.RECEIPT_MIXES_PRINCIPALS: exact & read["mixed"],
        Reason.RECEIPTS_AND_TOTALS_DISAGREE: read["whole"] & reported["whole"] & ~agree,
        Reason.TOTALS_HAVE_RECEIPTS_REPORT_NONE: reported["beyond"] & (shifts["receipts_quantity"] == 0),
        Reason.CORRECTION_UNREADABLE: of_unread & reported["whole"],
    }
    return pd.Series(
        np.select([case.to_numpy(dtype=bool) for case in cases.values()], [str(code) for code in cases], ""),
        index=shifts.index,
        dtype="string",
    )


def _set_outcomes(shifts: pd.DataFrame, read: pd.DataFrame, *, keeps_cash_documents: bool) -> None:
    """Write `outcome` and `reason`, those of the first case that holds."""
    whole = shifts["detail"].notna()
    backwards = (shifts["closed_at"] < shifts["opened_at"]).astype(bool)
    unread = reasons_of(Reason.RECEIPTS_NOT_WHOLE, read=read["count"], expected=shifts["receipts_quantity"])
    cash = sum((shifts[name] for name in CASH[1:]), start=shifts[CASH[0]]).fillna(0) > 0
    cases: list[tuple[pd.Series, str, pd.Series | str]] = [
        (backwards, Outcome.INCOMPLETE, Reason.CLOSED_BEFORE_OPENED),
        (~whole, Outcome.INCOMPLETE, unread),
        (shifts["order_day"].isna(), Outcome.INCOMPLETE, Reason.OPENING_UNKNOWN),
        (read["review"] != "", Outcome.NEEDS_REVIEW, read["review"]),
        (~cash.astype(bool), Outcome.NO_CASH, ""),
        (pd.Series(not keeps_cash_documents, index=shifts.index), Outcome.NO_CASH, Reason.NO_CASH_DOCUMENTS_KEPT),
    ]
    conditions = [case[0].to_numpy(dtype=bool) for case in cases]
    shifts["outcome"] = pd.Series(
        np.select(conditions, [str(case[1]) for case in cases], str(Outcome.ISSUED)), dtype="string"
    )
    reasons = [np.asarray(case[2], dtype=object) if isinstance(case[2], pd.Series) else str(case[2]) for case in cases]
    shifts["reason"] = pd.Series(np.select(conditions, reasons, ""), dtype="string").replace("", pd.NA)
    blank = (shifts["outcome"] == Outcome.INCOMPLETE).to_numpy()
    for name in MONEY:
        shifts[name] = shifts[name].mask(blank)
