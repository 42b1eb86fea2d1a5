"""Compares booked till shifts with the cheques that Market returns when they are requested again."""

from __future__ import annotations

from typing import Any

import pandas as pd

from smena.model.reasons import Reason
from smena.transform.market.frames import TILL_MONEY
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

CHANGED_TILLS = Schema(
    "changed_tills",
    {
        "kind": TEXT,
        "shift_id": TEXT,
        "shop_id": TEXT,
        "cashbox_id": TEXT,
        "till_shift": TEXT,
        "day": MOMENT,
        "amount": WHOLE,
        "cause": TEXT,
        "ours": TEXT,
        "theirs": TEXT,
    },
)
"""One row per till shift that differs. `kind` is till_changed, till_not_reported or till_not_here.

`shift_id` is missing where the shift is not in the warehouse; `amount` is cash sales minus refunds, ours minus theirs,
in kopecks; `ours` and `theirs` are the booked and the reported facts, as text.
"""

BOOKED_TILLS = Schema(
    "booked_tills",
    {
        "shift_id": TEXT,
        "shop_id": TEXT,
        "cashbox_id": TEXT,
        "till_shift": TEXT,
        "opened_at": MOMENT,
        "closed_at": MOMENT,
        "receipts": WHOLE,
    }
    | dict.fromkeys(TILL_MONEY, WHOLE)
    | {"outcome": TEXT, "is_decided": FLAG, "is_asked": FLAG},
)
"""Till shifts of the warehouse.

`is_decided`: a person decided about its facts, or must; `is_asked`: it was closed on a day of the request.
"""

_KEY = ["cashbox_id", "till_shift"]
_FACTS = ["day", "opened_day", "receipts", *TILL_MONEY]


def changed_tills(here: pd.DataFrame, reported: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the till shifts of one shop (CHANGED_TILLS) that are reported differently than they are booked.

    Args:
        here: BOOKED_TILLS.
        reported: TILL_SHIFTS of the requested days, by the day of their last cheque.
        days: the days that are loaded: a reported shift of another day is not missing yet.
    """
    absent: dict[str, Any] = {"shift_id": pd.NA, "is_decided": pd.NA, "is_asked": pd.NA}
    ours, theirs = _facts(here), _facts(BOOKED_TILLS.conform(reported.assign(**absent)))
    both = ours.merge(theirs, on=_KEY, how="outer", suffixes=("", "_reported"), indicator=True)
    side = both["_merge"].astype("string")
    gone = (side == "left_only") & both["is_asked"].fillna(value=False).astype(bool)
    gone &= (both["outcome"] != "rejected").fillna(value=True)
    new = (side == "right_only") & both["day_reported"].isin(days)
    differs = pd.Series(data=False, index=both.index)
    for name in _FACTS:
        one, other = both[name], both[f"{name}_reported"]
        differs |= ~((one == other).fillna(value=False) | (one.isna() & other.isna()))
    changed = (side == "both") & differs
    cause = pd.Series(str(Reason.CHEQUES_CHANGED), index=both.index, dtype="string")
    cause = cause.mask(both["outcome_reported"] == "incomplete", str(Reason.CHEQUES_NOT_ALL_READABLE))
    decided = both["is_decided"].fillna(value=False).astype(bool)
    cause = cause.mask(decided, str(Reason.DECIDED_OTHERWISE))
    cause = cause.mask(gone, str(Reason.MARKET_SHIFT_NOT_REPORTED))
    cause = cause.mask(new, str(Reason.MARKET_SHIFT_NOT_HERE))
    kind = pd.Series("till_changed", index=both.index, dtype="string").mask(gone, "till_not_reported")
    made = both.assign(
        kind=kind.mask(new, "till_not_here"),
        shop_id=both["shop_id"].fillna(both["shop_id_reported"]),
        cause=cause,
        amount=_cash(both, "") - _cash(both, "_reported"),
        ours=both["text"],
        theirs=both["text_reported"],
        day=both["day"].fillna(both["day_reported"]),
    )
    return CHANGED_TILLS.conform(made[gone | new | changed]).reset_index(drop=True)


def _facts(shifts: pd.DataFrame) -> pd.DataFrame:
    facts = shifts.assign(day=shifts["closed_at"].dt.normalize(), opened_day=shifts["opened_at"].dt.normalize())
    text = pd.Series("", index=facts.index, dtype="string")
    for name in ("opened_at", "closed_at", "receipts", *TILL_MONEY, "outcome"):
        text = text + f", {name}=" + facts[name].astype("string").fillna("")
    facts["text"] = text.str.removeprefix(", ")
    return facts[["shift_id", "shop_id", *_KEY, *_FACTS, "outcome", "is_decided", "is_asked", "text"]]


def _cash(both: pd.DataFrame, side: str) -> pd.Series:
    return both[f"cash_income{side}"].fillna(0) - both[f"cash_refund{side}"].fillna(0)
