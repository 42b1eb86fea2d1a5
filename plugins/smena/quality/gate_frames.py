"""The frames that the gate compares: the orders of a batch with their shifts, and the sums of both.

A shift that two windows report is staged twice, and so are its orders: then each order has a key of its own, and the
sums of the shift show whether there is one too many.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from smena.transform.schema import TEXT, WHOLE, Schema

CASH = {
    "cash_income": "income",
    "cash_refund": "refund",
    "cash_payout": "payout",
    "cash_payout_refund": "payout_refund",
}
"""By operation of an order, the name of the shift's cash that it books."""

UNKNOWN = -1
"""The kopecks that stand for unknown cash; orders of one operation never sum to a negative amount."""

_SUMS = [*CASH.values(), "sales"]

SUMS = Schema("gate_sums", {"shift": TEXT} | dict.fromkeys([*_SUMS, *(f"booked_{name}" for name in _SUMS)], WHOLE))
"""One row per shift: its cash, and the sums of its orders. `sales` is income minus refunds, which may be netted."""


def numbered(shifts: pd.DataFrame, orders: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both frames with a `number` for each `shift_id`, in order of appearance: integers compare faster."""
    numbers, _ = pd.factorize(pd.concat([shifts["shift_id"], orders["shift_id"]], ignore_index=True))
    return shifts.assign(number=numbers[: len(shifts)]), orders.assign(number=numbers[len(shifts) :])


def with_reports(orders: pd.DataFrame, shifts: pd.DataFrame) -> pd.DataFrame:
    """Return orders with facts of their shifts.

    Args:
        orders: with `cash_order`, `number` and `day`.
        shifts: with `number`, `is_booked` and `order_day`.

    Returns:
        the orders with `reports`, how often their shift is reported as booked, and `days_away`, how many days they are
        from the days of those reports; orders of a shift that is reported twice have distinct keys.
    """
    booked = shifts[shifts["is_booked"].to_numpy(dtype=bool)]
    days = booked.groupby("number", sort=False)["order_day"].agg(["size", "min", "max"])
    of_shift = days.reindex(orders["number"]).set_axis(orders.index)
    reports = of_shift["size"].fillna(0).astype("int64")
    away = np.fmax(_days(of_shift["min"] - orders["day"]), _days(orders["day"] - of_shift["max"]))
    is_repeated = (reports > 1).to_numpy()
    keys = orders["cash_order"].copy()
    keys[is_repeated] += " " + pd.Series(np.flatnonzero(is_repeated), keys.index[is_repeated]).astype("string")
    return orders.assign(cash_order=keys, reports=reports, days_away=np.nan_to_num(away).clip(min=0).astype("int64"))


def sums_of(shifts: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Return SUMS of shifts that are booked or have orders. Unknown cash is `UNKNOWN`, to which no orders sum.

    Args:
        shifts: with `report`, `number`, `is_booked` and the cash, in kopecks.
        orders: with `cash_order`, `number`, `operation` and `amount`, in kopecks.
    """
    shifts = shifts[shifts["is_booked"].to_numpy(dtype=bool)]
    names = pd.concat([shifts["report"], orders["cash_order"]], ignore_index=True)
    there, first = np.unique(np.concatenate([shifts["number"], orders["number"]]), return_index=True)
    count = int(there.max(initial=-1)) + 1
    sums: dict[str, npt.NDArray[np.int64]] = {}
    for operation, name in CASH.items():
        of_operation = orders[(orders["operation"] == operation).to_numpy(dtype=bool, na_value=False)]
        sums[name] = _sums(shifts["number"], shifts[name].fillna(UNKNOWN), count)
        sums[f"booked_{name}"] = _sums(of_operation["number"], of_operation["amount"], count)
    for side in ("", "booked_"):
        sums[f"{side}sales"] = sums[f"{side}income"] - sums[f"{side}refund"]
    return SUMS.conform(pd.DataFrame(sums).iloc[there].assign(shift=names.iloc[first].to_numpy()))


def _sums(numbers: pd.Series, amounts: pd.Series, count: int) -> npt.NDArray[np.int64]:
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, numbers.to_numpy(), amounts.to_numpy(dtype=np.int64))
    return total


def _days(time: pd.Series) -> npt.NDArray[np.float64]:
    """Whole days of time differences, nan where missing."""
    result: npt.NDArray[np.float64] = time.dt.days.to_numpy(dtype=np.float64, na_value=np.nan)
    return result
