"""Cash orders of shifts: one for each operation, tax system and agent (DOMAIN 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smena.model.organization import AccountRule
from smena.model.outcome import KIND_OF, Operation, Outcome
from smena.model.reasons import Reason
from smena.transform.frames import ORDERS, SHIFT_KEY, VAT
from smena.transform.vat import vat_of_cash

_OF_SHIFT = ["operation", "taxation", "agent"]
"""The columns that distinguish the orders of one shift."""

_NETTED = (str(Operation.CASH_INCOME), str(Operation.CASH_REFUND))


def make_orders(
    shifts: pd.DataFrame,
    receipts: pd.DataFrame,
    vat_lines: pd.DataFrame,
    *,
    refunds: str,
    accounts: Sequence[AccountRule],
    key: Sequence[str] = SHIFT_KEY,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the shifts with the outcome that follows from their orders, and the orders (ORDERS) of issued shifts.

    This is the only rule from a shift to its cash orders, for both products and for decisions of people.

    Args:
        shifts: `key`, the cash sums by operation in kopecks (an operation without a column has none), `outcome`,
            `reason`, `order_day`, `basis` and `detail`. Where `detail` is `receipts`, the orders are made from
            `receipts`; otherwise from the sums: one order per operation, with an unknown tax system, and with the VAT
            of the VAT columns, if `shifts` has them.
        receipts: RECEIPTS. Their orders are split by tax system and agent. VAT is exact, or missing where one of the
            receipts does not account for its whole total.
        vat_lines: VAT inside these receipts.
        refunds: `rko` (orders of their own) or `net` (subtracted from the sales).
        accounts: the first rule that fits an order gives its accounts.
        key: the columns that identify a shift.
    """
    key = list(key)
    issued = shifts[shifts["outcome"] == Outcome.ISSUED]
    rows = _from_totals(issued, key)
    if (issued["detail"] == "receipts").any():
        rows = pd.concat([rows, _from_receipts(issued, receipts, vat_lines, key)], ignore_index=True)
    if refunds == "net":
        rows = _net(rows, key)
    rows = rows[rows["amount"] > 0]
    rows = rows.assign(kind=rows["operation"].map({str(op): kind for op, kind in KIND_OF.items()}))
    rows = _with_accounts(rows, accounts)
    rows = rows.merge(issued[[*key, "order_day", "basis"]].rename(columns={"order_day": "day"}), on=key)
    without_account_rule = rows.loc[rows["debit_account"].isna(), key].drop_duplicates()
    shifts = _with_outcome_of_orders(shifts, rows, without_account_rule, key)
    if len(without_account_rule):
        rows = rows[~_keys(rows, key).isin(_keys(without_account_rule, key))]
    # The key columns of the other product are missing.
    return shifts, ORDERS.conform(rows.reset_index(drop=True).reindex(columns=list(ORDERS.columns)))


def _keys(frame: pd.DataFrame, key: list[str]) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[key])


def _with_outcome_of_orders(
    shifts: pd.DataFrame, rows: pd.DataFrame, without_account_rule: pd.DataFrame, key: list[str]
) -> pd.DataFrame:
    """A shift whose refunds equal its sales gets no_cash; one without an account rule needs_review."""
    issued = shifts["outcome"] == Outcome.ISSUED
    netted_to_zero = issued & ~_keys(shifts, key).isin(_keys(rows, key))
    unknown_account = issued & _keys(shifts, key).isin(_keys(without_account_rule, key))
    if not (netted_to_zero.any() or unknown_account.any()):
        return shifts
    conditions = [netted_to_zero.to_numpy(dtype=bool), unknown_account.to_numpy(dtype=bool)]
    outcome = np.select(conditions, [str(Outcome.NO_CASH), str(Outcome.NEEDS_REVIEW)], shifts["outcome"].astype(object))
    reasons = [str(Reason.REFUNDS_EQUAL_SALES), str(Reason.NO_ACCOUNT_RULE)]
    reason = np.select(conditions, reasons, shifts["reason"].astype(object))
    return shifts.assign(
        outcome=pd.Series(outcome, index=shifts.index, dtype="string"),
        reason=pd.Series(reason, index=shifts.index, dtype="string"),
    )


def _from_totals(issued: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    summed = issued[(issued["detail"] != "receipts").fillna(value=True)]
    parts = [
        summed[key].assign(operation=name, amount=summed[name], **_vat_of_totals(summed, vat, by_rate))[
            (summed[name] > 0).to_numpy(dtype=bool)
        ]
        for name, (vat, by_rate) in VAT.items()
        if name in summed
    ]
    rows = pd.concat(parts)
    return rows.assign(
        operation=rows["operation"].astype("string"),
        taxation=pd.Series("", index=rows.index, dtype="string"),
        agent=pd.Series(data=False, index=rows.index, dtype="boolean"),
    )


def _vat_of_totals(summed: pd.DataFrame, vat: str, by_rate: str) -> dict[str, pd.Series]:
    """VAT of one operation and its rates; missing where the source of the shifts does not report VAT."""
    nothing = pd.Series(pd.NA, index=summed.index)
    return {
        "vat": summed[vat] if vat in summed else nothing.astype("Int64"),
        "vat_by_rate": summed[by_rate] if by_rate in summed else nothing.astype("string"),
    }


def _from_receipts(
    issued: pd.DataFrame, receipts: pd.DataFrame, vat_lines: pd.DataFrame, key: list[str]
) -> pd.DataFrame:
    """Return a row for each operation, tax system and agent of a shift.

    For example, two receipts of one shift, each of 120 roubles in cash with 20 of VAT, make one row with `amount`
    24000, `vat` 4000 and `vat_by_rate` `{"20": 4000}`. If one of them does not account for its VAT, both VAT columns
    are missing.
    """
    exact = issued.loc[issued["detail"] == "receipts", key]
    columns = [*key, "operation", "amount", "taxation", "agent", "vat", "vat_by_rate"]
    in_cash = receipts[receipts["cash"] > 0].merge(exact, on=key, how="inner")
    in_cash = in_cash.assign(taxation=in_cash["taxation"].fillna(""))
    if in_cash.empty:
        return _from_totals(issued.head(0), key)[columns]
    order = [*key, *_OF_SHIFT]
    amounts = in_cash.groupby(order, as_index=False, dropna=False).agg(
        amount=("cash", "sum"), vat_known=("vat_known", "all")
    )
    lines = vat_of_cash(in_cash, vat_lines)
    rates = lines.groupby([*order, "rate"], as_index=False, dropna=False).agg(vat=("vat", "sum"))
    rates = rates[rates["vat"] > 0].sort_values([*order, "rate"])
    rates["rate_text"] = '"' + rates["rate"] + '": ' + rates["vat"].astype("string")
    by_order = rates.groupby(order, as_index=False, dropna=False).agg(
        vat=("vat", "sum"), rate_text=("rate_text", ", ".join)
    )
    rows = amounts.merge(by_order, on=order, how="left")
    by_rate = rows["rate_text"].astype("string").fillna("")
    known = rows["vat_known"].astype(bool)
    return rows.assign(vat=rows["vat"].fillna(0).where(known), vat_by_rate=("{" + by_rate + "}").where(known))[columns]


def _net(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Subtract refunds from sales, by tax system and agent; a negative difference becomes an РКО.

    For example, of one shift:

        cash_income  osn  100           cash_income  osn  70
        cash_refund  osn   30     →     cash_refund  psn   5
        cash_refund  psn    5
    """
    sides = rows[rows["operation"].isin(_NETTED)]
    if not (sides["operation"] == _NETTED[1]).any():
        return rows
    side = [*key, "taxation", "agent"]
    income, refund = (sides[sides["operation"] == name].drop(columns="operation") for name in _NETTED)
    paired = income.merge(refund, on=side, how="outer", suffixes=("", "_back"))
    amount = paired["amount"].fillna(0) - paired["amount_back"].fillna(0)
    # VAT stays unknown where either side does not know it.
    unknown = (paired["amount"].notna() & paired["vat"].isna()) | (
        paired["amount_back"].notna() & paired["vat_back"].isna()
    )
    vat = (paired["vat"].fillna(0) - paired["vat_back"].fillna(0)).mask(unknown)
    negative = (amount < 0).to_numpy(dtype=bool)
    vat = vat.where(~negative, -vat)
    has_no_refund = paired["amount_back"].isna()
    netted = paired[side].assign(
        operation=pd.Series(np.where(negative, _NETTED[1], _NETTED[0]), index=paired.index, dtype="string"),
        amount=amount.abs(),
        # The VAT left is negative or not below the amount left: the rates differ, so only a person can know the VAT.
        vat=vat.mask((vat < 0) | (vat >= amount.abs())),
        vat_by_rate=paired["vat_by_rate"].where(has_no_refund),
    )
    return pd.concat([rows[~rows["operation"].isin(_NETTED)], netted[rows.columns]], ignore_index=True)


def _with_accounts(rows: pd.DataFrame, accounts: Sequence[AccountRule]) -> pd.DataFrame:
    """Add the accounts of the first rule that fits; missing where none does."""
    operation, taxation, agent = rows["operation"], rows["taxation"], rows["agent"].fillna(value=False).astype(bool)
    conditions = []
    for rule in accounts:
        fits = operation == rule.operation
        if rule.taxation is not None:
            fits &= taxation == rule.taxation
        if rule.agent is not None:
            fits &= agent == rule.agent
        conditions.append(fits.to_numpy(dtype=bool))
    if not conditions:
        nothing = pd.Series(pd.NA, index=rows.index, dtype="string")
        return rows.assign(debit_account=nothing, credit_account=nothing)
    debit = np.select(conditions, [rule.debit for rule in accounts], "")
    credit = np.select(conditions, [rule.credit for rule in accounts], "")
    return rows.assign(
        debit_account=pd.Series(debit, index=rows.index, dtype="string").replace("", pd.NA),
        credit_account=pd.Series(credit, index=rows.index, dtype="string").replace("", pd.NA),
    )
