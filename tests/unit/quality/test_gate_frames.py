"""What the gate compares: orders beside the reports of their shifts, and the sums of both."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from smena.loading.gate_expectations import ORDERS, SHIFTS
from smena.quality.gate_frames import numbered, sums_of, with_reports
from smena.transform.schema import Schema

DAY = date(2026, 1, 2)
NOTHING = {"income": 0, "refund": 0, "payout": 0, "payout_refund": 0}


def frame(schema: Schema, rows: list[dict[str, Any]]) -> pd.DataFrame:
    made = pd.DataFrame(rows).reindex(columns=list(schema.columns))
    return made.astype(dict(schema.columns))


def shift(name: str, *, is_booked: bool = True, day: date = DAY, **cash: int | None) -> dict[str, Any]:
    return {
        "unit": "drive",
        "shift": name,
        "evidence": "{1}",
        "is_booked": is_booked,
        "order_day": day,
        **NOTHING,
        **cash,
    }


def order(name: str, amount: int, operation: str = "cash_income", day: date = DAY) -> dict[str, Any]:
    return {"unit": "drive", "shift": name, "operation": operation, "amount": amount, "day": day}


def both(shifts: list[dict[str, Any]], orders: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    return numbered(frame(SHIFTS, shifts), frame(ORDERS, orders))


def test_orders_are_summed_by_shift_and_operation() -> None:
    shifts, orders = both(
        [shift("a", income=700, refund=100), shift("b", payout=5, payout_refund=3)],
        [order("b", 5, "cash_payout"), order("a", 400), order("a", 300), order("a", 100, "cash_refund")],
    )
    sums = sums_of(shifts, orders).set_index("shift")
    assert sums.loc["a", ["income", "booked_income", "refund", "booked_refund"]].tolist() == [
        700,
        700,
        100,
        100,
    ]
    assert sums.loc["a", ["sales", "booked_sales"]].tolist() == [600, 600]
    assert sums.loc["b", ["payout", "booked_payout", "payout_refund", "booked_payout_refund"]].tolist() == [
        5, 5, 3, 0,
    ]  # fmt: skip


def test_a_shift_without_orders_and_orders_without_a_booked_shift_are_there() -> None:
    shifts, orders = both(
        [shift("a", income=700), shift("b", is_booked=False, income=900), shift("c", is_booked=False)],
        [order("b", 900), order("d", 1)],
    )
    sums = sums_of(shifts, orders).set_index("shift")
    assert sums[["income", "booked_income"]].to_dict("index") == {
        "a": {"income": 700, "booked_income": 0},
        "b": {"income": 0, "booked_income": 900},
        "d": {"income": 0, "booked_income": 1},
    }


def test_a_shift_that_is_reported_twice_is_summed_twice_and_so_are_its_orders() -> None:
    shifts, orders = both([shift("a", income=700)] * 2, [order("a", 700)] * 3)
    assert sums_of(shifts, orders)[["income", "booked_income"]].to_numpy().tolist() == [[1400, 2100]]
    beside = with_reports(orders, shifts)
    assert beside["reports"].tolist() == [2, 2, 2]
    assert beside["key"].isna().all()


def test_a_key_is_that_of_the_shift_the_operation_the_tax_system_and_the_agent() -> None:
    one = order("a", 1) | {"taxation": "common", "agent": False}
    changes = [
        {},
        {},
        {"shift": "b"},
        {"unit": "other"},
        {"operation": "cash_refund"},
        {"taxation": ""},
        {"agent": True},
    ]
    shifts, orders = both([shift("a"), shift("a") | {"evidence": "{1,2}"}], [one | change for change in changes])
    keys = with_reports(orders, shifts.iloc[:1])["key"].tolist()
    assert keys[0] == keys[1]
    assert len(set(keys)) == len(changes) - 1
    assert shifts["number"].tolist() == [0, 0]
    assert shifts["report"].is_unique


def test_kopecks_are_exact_beyond_what_a_float_can_hold() -> None:
    large = 2**53 + 1
    shifts, orders = both([shift("a", income=large)], [order("a", large)])
    assert sums_of(shifts, orders)[["income", "booked_income"]].to_numpy().tolist() == [[large, large]]


@pytest.mark.parametrize("orders", [[], [order("a", 1)]])
def test_cash_that_is_not_known_agrees_with_no_orders(orders: list[dict[str, Any]]) -> None:
    sums = sums_of(*both([shift("a", income=None)], orders))
    assert (sums["income"] < sums["booked_income"]).all()
    assert (sums["sales"] != sums["booked_sales"]).all()


def test_days_are_counted_from_the_nearest_report() -> None:
    shifts, orders = both(
        [shift("a"), shift("a", day=date(2026, 1, 4)), shift("b", is_booked=False)],
        [*(order("a", 1, day=date(2026, 1, day)) for day in (1, 2, 3, 4, 7)), order("b", 1), order("c", 1)],
    )
    beside = with_reports(orders, shifts)
    assert beside["days_away"].tolist() == [1, 0, 0, 0, 3, 0, 0]
    assert beside["reports"].tolist() == [2] * 5 + [0, 0]


def test_a_batch_of_nothing_has_no_sums() -> None:
    shifts, orders = numbered(SHIFTS.empty(), ORDERS.empty())
    assert sums_of(shifts, orders).empty
    assert with_reports(orders, shifts).empty
