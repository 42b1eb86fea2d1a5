"""Compares the result of a rehearsal with the books: every shift, outcome, order, sum and date that differs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from smena.matching.cases import known_and, missing, same
from smena.transform.frames import MONEY
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

SUMS = (*MONEY, "price_correction")

_NAMED = {"shift_id": TEXT, "unit_id": TEXT, "name": TEXT, "closed_at": MOMENT}

MADE_SHIFTS = Schema(
    "made_shifts",
    _NAMED
    | {"opened_at": MOMENT, "order_day": MOMENT, "receipts": WHOLE}
    | dict.fromkeys(SUMS, WHOLE)
    | {"outcome": TEXT},
)
"""Shifts as they would be booked, one row each; sums in kopecks. `unit_id` is the register's РНМ or the cashbox's id,
`name` the shift's name in its source."""

BOOKED_SHIFTS = Schema("booked_shifts", dict(MADE_SHIFTS.columns))
"""Shifts as they are booked, one row each."""

_PART = ["shift_id", "operation", "taxation", "agent"]

MADE_ORDERS = Schema(
    "made_orders",
    {
        "shift_id": TEXT,
        "operation": TEXT,
        "taxation": TEXT,
        "agent": FLAG,
        "kind": TEXT,
        "day": MOMENT,
        "amount": WHOLE,
        "vat": WHOLE,
        "vat_by_rate": TEXT,
        "debit_account": TEXT,
        "credit_account": TEXT,
        "basis": TEXT,
    },
)
"""Orders as they would be issued, one row per shift, operation, tax system and agent; money in kopecks."""

BOOKED_ORDERS = Schema("booked_orders", {**MADE_ORDERS.columns, "document_id": TEXT})
"""Orders in the books that are not reversed."""

DIFFERENCES = Schema(
    "differences",
    _NAMED
    | {
        "subject": TEXT,
        "document_id": TEXT,
        "operation": TEXT,
        "taxation": TEXT,
        "agent": FLAG,
        "kind": TEXT,
        "field": TEXT,
        "booked": TEXT,
        "made": TEXT,
        "kopecks": WHOLE,
    },
)
"""One row per value that differs.

`subject` is `shift` or `order`; `kind` is `new` (made, not booked), `gone` (booked, not made) or `changed`. `booked`
and `made` are the two values of `field`, money in roubles, missing if there is none. `kopecks` is the made sum minus
the booked one, if the field is money. A new or gone shift has the field `outcome`, a new or gone order `amount`.
`document_id` is missing for an order that is not booked; `operation`, `taxation` and `agent` are missing for a shift.
"""

_SHIFT_FIELDS = ("outcome", "order_day", "opened_at", "closed_at", "receipts", *SUMS)
_ORDER_FIELDS = ("day", "amount", "vat", "vat_by_rate", "kind", "debit_account", "credit_account", "basis")
_MONEY = frozenset({*SUMS, "amount", "vat"})
_DAYS = frozenset({"order_day", "day"})


def differences(
    made: pd.DataFrame, made_orders: pd.DataFrame, booked: pd.DataFrame, booked_orders: pd.DataFrame
) -> pd.DataFrame:
    """Return every value that differs (DIFFERENCES), shift by shift in the order of their closing.

    Orders that differ in tax system or agent are one `changed` order if their shift and operation have exactly one
    such order on either side; otherwise the booked ones are `gone` and the made ones `new`.

    Args:
        made: MADE_SHIFTS.
        made_orders: MADE_ORDERS.
        booked: BOOKED_SHIFTS.
        booked_orders: BOOKED_ORDERS.

    Raise ValueError if a frame has a shift or an order twice.
    """
    if made.empty and booked.empty:
        return DIFFERENCES.empty()
    of_shifts = booked.merge(made, on="shift_id", how="outer", suffixes=("", "_made"), validate="one_to_one")
    of_shifts = _found_in(of_shifts, booked, made, ["shift_id"])
    named = of_shifts[["shift_id"]].assign(
        **{name: of_shifts[name].fillna(of_shifts[f"{name}_made"]) for name in ("unit_id", "name", "closed_at")}
    )
    parts = [
        *_there_or_not(of_shifts, "outcome"),
        *(_changed(of_shifts[of_shifts["is_booked"] & of_shifts["is_made"]], name) for name in _SHIFT_FIELDS),
    ]
    shifts = [part.assign(subject="shift") for part in parts]
    orders = [part.assign(subject="order") for part in _of_orders(made_orders, booked_orders)]
    found = [part.reindex(columns=list(DIFFERENCES.columns)) for part in (*shifts, *orders) if len(part)]
    if not found:
        return DIFFERENCES.empty()
    rows = pd.concat(found, ignore_index=True).drop(columns=["unit_id", "name", "closed_at"])
    rows = rows.merge(named, on="shift_id", how="left", validate="many_to_one")
    rows["is_order"] = rows["subject"] == "order"
    in_order = rows.sort_values(
        ["closed_at", "unit_id", "shift_id", "is_order", "operation", "taxation", "agent"], kind="stable"
    )
    return DIFFERENCES.conform(in_order.reset_index(drop=True))


def _found_in(pairs: pd.DataFrame, booked: pd.DataFrame, made: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """The pairs with `is_booked` and `is_made`."""
    keys = pd.MultiIndex.from_frame(pairs[list(key)].astype(object))
    return pairs.assign(
        is_booked=keys.isin(pd.MultiIndex.from_frame(booked[list(key)].astype(object))),
        is_made=keys.isin(pd.MultiIndex.from_frame(made[list(key)].astype(object))),
    )


def _of_orders(made: pd.DataFrame, booked: pd.DataFrame) -> list[pd.DataFrame]:
    if made.empty and booked.empty:
        return []
    pairs = booked.merge(made, on=_PART, how="outer", suffixes=("", "_made"), validate="one_to_one")
    pairs = _found_in(pairs, booked, made, _PART)
    both = pairs[pairs["is_booked"] & pairs["is_made"]]
    others = _otherwise_named(pairs[~(pairs["is_booked"] & pairs["is_made"])])
    renamed, rest = others
    return [
        *_there_or_not(rest, "amount"),
        *(_changed(renamed, name) for name in ("taxation", "agent")),
        *(_changed(frame, name) for frame in (both, renamed) for name in _ORDER_FIELDS),
    ]


def _otherwise_named(alone: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders on one side only: pairs of one shift and operation with one order on either side, and the others."""
    place = ["shift_id", "operation"]
    counts = alone.groupby(place)[["is_booked", "is_made"]].transform("sum")
    is_pair = (counts["is_booked"] == 1) & (counts["is_made"] == 1)
    pairs = alone[is_pair]
    of_made = [*place, "taxation", "agent", *(f"{name}_made" for name in _ORDER_FIELDS)]
    of_booked = [*place, "taxation", "agent", "document_id", *_ORDER_FIELDS]
    joined = pairs.loc[pairs["is_booked"], of_booked].merge(
        pairs.loc[pairs["is_made"], of_made].rename(columns={"taxation": "taxation_made", "agent": "agent_made"}),
        on=place,
    )
    return joined.assign(is_booked=True, is_made=True), alone[~is_pair]


def _there_or_not(pairs: pd.DataFrame, field: str) -> list[pd.DataFrame]:
    """Rows that are on one side only, with the value of a field."""
    gone, new = pairs[~pairs["is_made"]], pairs[~pairs["is_booked"]]
    return [
        gone.assign(kind="gone", field=field, booked=_text(gone[field], field), **_kopecks(gone, field)),
        new.assign(kind="new", field=field, made=_text(new[f"{field}_made"], field), **_kopecks(new, field)),
    ]


def _changed(pairs: pd.DataFrame, field: str) -> pd.DataFrame:
    """Rows that are on both sides, with another value of a field."""
    rows = pairs[~same(pairs[field], pairs[f"{field}_made"])]
    return rows.assign(
        kind="changed",
        field=field,
        booked=_text(rows[field], field),
        made=_text(rows[f"{field}_made"], field),
        **_kopecks(rows, field),
    )


def _kopecks(rows: pd.DataFrame, field: str) -> dict[str, pd.Series]:
    """The made sum minus the booked one; a missing sum counts as zero."""
    if field not in _MONEY:
        return {"kopecks": missing(rows, WHOLE)}
    made, booked = rows[f"{field}_made"], rows[field]
    return {"kopecks": made.fillna(0) - booked.fillna(0)}


def _text(values: pd.Series, field: str) -> pd.Series:
    """Values as displayed: roubles, days, moments; missing if there is none."""
    if field in _MONEY:
        return roubles_of(values)
    if field in _DAYS:
        return pd.Series(values.dt.strftime("%Y-%m-%d"), dtype="string")
    if str(values.dtype) == MOMENT:
        return pd.Series(values.dt.strftime("%Y-%m-%d %H:%M:%S"), dtype="string")
    if str(values.dtype) == FLAG:
        return values.astype("string").str.lower()
    return values.astype("string")


def roubles_of(kopecks: pd.Series) -> pd.Series:
    """Return kopecks as text in roubles: `-12.05`; missing if unknown."""
    size = kopecks.abs()
    sign = pd.Series("", index=kopecks.index, dtype="string").mask(known_and(kopecks < 0), "-")
    return sign + (size // 100).astype("string") + "." + (size % 100).astype("string").str.zfill(2)


def sums_of(rows: pd.DataFrame) -> dict[str, Any]:
    """Return DIFFERENCES in numbers: counts of shifts and orders, and made minus booked kopecks by operation.

    Example: `{"shifts": 2, "orders": 1, "new": 0, "gone": 1, "amount": {"cash_income": -100}, "vat": {}}`, where `new`
    and `gone` count orders.
    """
    of_orders = rows[rows["subject"] == "order"]
    orders = of_orders.drop_duplicates(_PART)
    money = {
        name: of_orders[of_orders["field"] == name].groupby("operation")["kopecks"].sum() for name in ("amount", "vat")
    }
    return {
        "shifts": int(rows["shift_id"].nunique()),
        "orders": len(orders),
        "new": int((orders["kind"] == "new").sum()),
        "gone": int((orders["kind"] == "gone").sum()),
        **{name: {str(key): int(total) for key, total in of_name.items()} for name, of_name in money.items()},
    }
