"""The frames that the gate compares: the orders of a batch with their shifts, and the sums of both.

A shift that two windows report is staged twice, and so are its orders: their keys say nothing then, and the sums of the
shift show whether there is one too many.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from smena.quality.keys import codes, sums_by_code
from smena.transform.schema import TEXT, WHOLE, Schema

CASH = {
    "cash_income": "income",
    "cash_refund": "refund",
    "cash_payout": "payout",
    "cash_payout_refund": "payout_refund",
}
"""By operation of an order, the name of the shift's cash that it books."""

_FIRST = pd.Timestamp(1970, 1, 1)

UNKNOWN = -1
"""The kopecks that stand for unknown cash; orders of one operation never sum to a negative amount."""

_SUMS = [*CASH.values(), "sales"]

_SHIFT = ["unit", "shift"]
"""What identifies a shift: its fiscal drive or cashbox, and its number there."""

SUMS = Schema(
    "gate_sums", {"unit": TEXT, "shift": TEXT} | dict.fromkeys([*_SUMS, *(f"booked_{name}" for name in _SUMS)], WHOLE)
)
"""One row per shift: its cash, and the sums of its orders. `sales` is income minus refunds, which may be netted."""


def numbered(shifts: pd.DataFrame, orders: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both frames with integers for what identifies their rows, which compare faster than texts.

    Args:
        shifts: with `unit`, `shift` and `evidence`.
        orders: with `unit`, `shift`, `operation`, `taxation` and `agent`.

    Returns:
        both with `number`, that of the shift; the shifts with `report`, that of the shift and its evidence; the orders
        with `key`, that of the shift, operation, tax system and agent.
    """
    number = codes(pd.concat([shifts[_SHIFT], orders[_SHIFT]], ignore_index=True), _SHIFT)
    shifts, orders = shifts.assign(number=number[: len(shifts)]), orders.assign(number=number[len(shifts) :])
    return (
        shifts.assign(report=codes(shifts, ["number", "evidence"])),
        orders.assign(key=codes(orders, ["number", "operation", "taxation", "agent"])),
    )


def with_reports(orders: pd.DataFrame, shifts: pd.DataFrame) -> pd.DataFrame:
    """Return orders with facts of their shifts.

    Args:
        orders: with `key`, `number` and `day`.
        shifts: with `number`, `is_booked` and `order_day`.

    Returns:
        the orders with `reports`, how often their shift is reported as booked, and `days_away`, how many days they are
        from the days of those reports; `key` is missing for orders of a shift that is reported twice.
    """
    booked = shifts[shifts["is_booked"].to_numpy(dtype=bool)]
    of_booked, of_orders = booked["number"].to_numpy(), orders["number"].to_numpy()
    count = max(of_booked.max(initial=-1), of_orders.max(initial=-1)) + 1
    reports = np.bincount(of_booked, minlength=count)[of_orders]
    first, last = np.full((2, count), np.nan)
    np.fmin.at(first, of_booked, _days(booked["order_day"]))
    np.fmax.at(last, of_booked, _days(booked["order_day"]))
    days = _days(orders["day"])
    away = np.fmax(first[of_orders] - days, days - last[of_orders])
    keys = orders["key"].astype("Int64").mask(reports > 1)
    return orders.assign(key=keys, reports=reports, days_away=np.nan_to_num(away).clip(min=0).astype("int64"))


def sums_of(shifts: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Return SUMS of shifts that are booked or have orders. Unknown cash is `UNKNOWN`, to which no orders sum.

    Args:
        shifts: with `unit`, `shift`, `number`, `is_booked` and the cash, in kopecks.
        orders: with `unit`, `shift`, `number`, `operation` and `amount`, in kopecks.
    """
    shifts = shifts[shifts["is_booked"].to_numpy(dtype=bool)]
    names = pd.concat([shifts[_SHIFT], orders[_SHIFT]], ignore_index=True)
    there, first = np.unique(np.concatenate([shifts["number"], orders["number"]]), return_index=True)
    count = int(there.max(initial=-1)) + 1
    sums: dict[str, npt.NDArray[np.int64]] = {}
    number = orders["number"].to_numpy()
    for operation, name in CASH.items():
        is_of = (orders["operation"] == operation).to_numpy(dtype=bool, na_value=False)
        sums[name] = sums_by_code(shifts["number"].to_numpy(), _whole(shifts[name].fillna(UNKNOWN)), count)
        sums[f"booked_{name}"] = sums_by_code(number[is_of], _whole(orders["amount"][is_of]), count)
    for side in ("", "booked_"):
        sums[f"{side}sales"] = sums[f"{side}income"] - sums[f"{side}refund"]
    of_shifts = {name: names[name].array[first] for name in _SHIFT}
    return SUMS.conform(pd.DataFrame(of_shifts | {name: total[there] for name, total in sums.items()}))


def _days(moments: pd.Series) -> npt.NDArray[np.float64]:
    """Numbers of days, nan where missing."""
    result: npt.NDArray[np.float64] = (moments - _FIRST).to_numpy(dtype="timedelta64[us]") / np.timedelta64(1, "D")
    return result


def _whole(amounts: pd.Series) -> npt.NDArray[np.int64]:
    result: npt.NDArray[np.int64] = amounts.to_numpy(dtype=np.int64)
    return result
