"""Cash orders of shifts: one for each operation, tax system and agent (DOMAIN 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smena.model.organization import AccountRule
from smena.model.outcome import KIND_OF, Operation, Outcome
from smena.transform.frames import MONEY, ORDERS, SHIFT_KEY
from smena.transform.vat import vat_of_cash

_SPLIT = [*SHIFT_KEY, "operation", "taxation", "agent"]
_NETTED = (str(Operation.CASH_INCOME), str(Operation.CASH_REFUND))


def make_orders(
    shifts: pd.DataFrame,
    receipts: pd.DataFrame,
    vat_lines: pd.DataFrame,
    *,
    refunds: str,
    accounts: Sequence[AccountRule],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The orders (ORDERS) of issued shifts, and the shifts with the outcome that their orders leave them.

    From totals: one order an operation, tax system and VAT not told. From receipts: split by tax system and agent, VAT
    exact, or missing where one of the receipts does not account for its whole total. `refunds` is `rko` (orders of
    their own) or `net` (taken off the sales).
    """
    issued = shifts[shifts["outcome"] == Outcome.ISSUED]
    rows = pd.concat([_from_totals(issued), _from_receipts(issued, receipts, vat_lines)], ignore_index=True)
    if refunds == "net":
        rows = _net(rows)
    rows = rows[rows["amount"] > 0]
    rows = rows.assign(kind=rows["operation"].map({str(op): kind for op, kind in KIND_OF.items()}))
    rows = _with_accounts(rows, accounts)
    rows = rows.merge(issued[[*SHIFT_KEY, "order_day"]].rename(columns={"order_day": "day"}), on=SHIFT_KEY)
    homeless = rows.loc[rows["debit_account"].isna(), SHIFT_KEY].drop_duplicates()
    shifts = _left(shifts, rows, homeless)
    if len(homeless):
        rows = rows[~_key(rows).isin(_key(homeless))]
    return shifts, ORDERS.conform(rows.reset_index(drop=True))


def _key(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[SHIFT_KEY])


def _left(shifts: pd.DataFrame, rows: pd.DataFrame, homeless: pd.DataFrame) -> pd.DataFrame:
    """A shift whose refunds equal its sales has no order; one without an account rule waits for a person."""
    issued = shifts["outcome"] == Outcome.ISSUED
    vanished = issued & ~_key(shifts).isin(_key(rows))
    unruled = issued & _key(shifts).isin(_key(homeless)) if len(homeless) else issued & False
    if not (vanished.any() or unruled.any()):
        return shifts
    conditions = [vanished.to_numpy(dtype=bool), unruled.to_numpy(dtype=bool)]
    outcome = np.select(conditions, [str(Outcome.NO_CASH), str(Outcome.NEEDS_REVIEW)], shifts["outcome"].astype(object))
    reason = np.select(conditions, ["refunds equal sales", "no account rule for it"], shifts["reason"].astype(object))
    return shifts.assign(
        outcome=pd.Series(outcome, index=shifts.index, dtype="string"),
        reason=pd.Series(reason, index=shifts.index, dtype="string"),
    )


def _from_totals(issued: pd.DataFrame) -> pd.DataFrame:
    told = issued[issued["detail"] == "totals"]
    parts = [
        told[SHIFT_KEY].assign(operation=name, amount=told[name])[(told[name] > 0).to_numpy(dtype=bool)]
        for name in MONEY[:4]
    ]
    rows = pd.concat(parts)
    return rows.assign(
        operation=rows["operation"].astype("string"),
        taxation=pd.Series("", index=rows.index, dtype="string"),
        agent=pd.Series(data=False, index=rows.index, dtype="boolean"),
        vat=pd.Series(pd.NA, index=rows.index, dtype="Int64"),
        vat_by_rate=pd.Series(pd.NA, index=rows.index, dtype="string"),
    )


def _from_receipts(issued: pd.DataFrame, receipts: pd.DataFrame, vat_lines: pd.DataFrame) -> pd.DataFrame:
    exact = issued.loc[issued["detail"] == "receipts", SHIFT_KEY]
    columns = [*SHIFT_KEY, "operation", "amount", "taxation", "agent", "vat", "vat_by_rate"]
    paid = receipts[receipts["cash"] > 0].merge(exact, on=SHIFT_KEY, how="inner")
    paid = paid.assign(taxation=paid["taxation"].fillna(""))
    if paid.empty:
        return _from_totals(issued.head(0))[columns]
    amounts = paid.groupby(_SPLIT, as_index=False, dropna=False).agg(
        amount=("cash", "sum"), vat_known=("vat_known", "all")
    )
    lines = vat_of_cash(paid, vat_lines)
    rates = lines.groupby([*_SPLIT, "rate"], as_index=False, dropna=False).agg(vat=("vat", "sum"))
    rates = rates[rates["vat"] > 0].sort_values([*_SPLIT, "rate"])
    rates["told"] = '"' + rates["rate"] + '": ' + rates["vat"].astype("string")
    by_order = rates.groupby(_SPLIT, as_index=False, dropna=False).agg(vat=("vat", "sum"), told=("told", ", ".join))
    rows = amounts.merge(by_order, on=_SPLIT, how="left")
    told = rows["told"].astype("string").fillna("")
    known = rows["vat_known"].astype(bool)
    return rows.assign(vat=rows["vat"].fillna(0).where(known), vat_by_rate=("{" + told + "}").where(known))[columns]


def _net(rows: pd.DataFrame) -> pd.DataFrame:
    """Refunds taken off sales, by tax system and agent; what is left below nothing is an РКО of the difference."""
    sides = rows[rows["operation"].isin(_NETTED)]
    if not (sides["operation"] == _NETTED[1]).any():
        return rows
    key = [*SHIFT_KEY, "taxation", "agent"]
    income, refund = (sides[sides["operation"] == name].drop(columns="operation") for name in _NETTED)
    both = income.merge(refund, on=key, how="outer", suffixes=("", "_back"))
    amount = both["amount"].fillna(0) - both["amount_back"].fillna(0)
    # VAT stays unknown where either side does not know it.
    unknown = (both["amount"].notna() & both["vat"].isna()) | (both["amount_back"].notna() & both["vat_back"].isna())
    vat = (both["vat"].fillna(0) - both["vat_back"].fillna(0)).mask(unknown)
    negative = (amount < 0).to_numpy(dtype=bool)
    vat = vat.where(~negative, -vat)
    plain = both["amount_back"].isna()
    netted = both[key].assign(
        operation=pd.Series(np.where(negative, _NETTED[1], _NETTED[0]), index=both.index, dtype="string"),
        amount=amount.abs(),
        # More VAT on one side than money is left for: the rates differ, and only a person can tell what is inside.
        vat=vat.mask((vat < 0) | (vat >= amount.abs())),
        vat_by_rate=both["vat_by_rate"].where(plain),
    )
    return pd.concat([rows[~rows["operation"].isin(_NETTED)], netted[rows.columns]], ignore_index=True)


def _with_accounts(rows: pd.DataFrame, accounts: Sequence[AccountRule]) -> pd.DataFrame:
    """The accounts of the first rule that fits; missing where none does."""
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
