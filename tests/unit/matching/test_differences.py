"""What a rehearsal makes against what is booked: each value that differs is named, and nothing else."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.matching.differences import (
    BOOKED_ORDERS,
    BOOKED_SHIFTS,
    DIFFERENCES,
    MADE_ORDERS,
    MADE_SHIFTS,
    differences,
    roubles_of,
    sums_of,
)

DAY = pd.Timestamp(2026, 2, 3)
SHIFT: dict[str, Any] = {
    "shift_id": "a", "unit_id": "0000000003065868", "name": "9960 / 1", "closed_at": DAY + pd.Timedelta(hours=20),
    "opened_at": DAY + pd.Timedelta(hours=9), "order_day": DAY, "receipts": 12, "cash_income": 29000, "cash_refund": 0,
    "cash_payout": 0, "cash_payout_refund": 0, "cashless_income": 15000, "cashless_refund": 0, "price_correction": None,
    "outcome": "issued",
}  # fmt: skip
ORDER: dict[str, Any] = {
    "shift_id": "a", "operation": "cash_income", "taxation": "", "agent": False, "kind": "pko", "day": DAY,
    "amount": 29000, "vat": None, "vat_by_rate": None, "debit_account": "50.01", "credit_account": "90.01",
    "basis": "Смена 1",
}  # fmt: skip


def found(
    made: list[dict[str, Any]] | None = None,
    made_orders: list[dict[str, Any]] | None = None,
    booked: list[dict[str, Any]] | None = None,
    booked_orders: list[dict[str, Any]] | None = None,
) -> pd.DataFrame:
    """What differs; without rows a side is the quiet shift with its one order."""
    of_booked = [{**row, "document_id": f"document-{n}"} for n, row in enumerate(booked_orders or [ORDER])]
    frames = (
        (MADE_SHIFTS, [SHIFT] if made is None else made),
        (MADE_ORDERS, [ORDER] if made_orders is None else made_orders),
        (BOOKED_SHIFTS, [SHIFT] if booked is None else booked),
        (BOOKED_ORDERS, [] if booked_orders == [] else of_booked),
    )
    return differences(*(schema.conform(pd.DataFrame(rows, columns=list(schema.columns))) for schema, rows in frames))


def values_of(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    names = ["subject", "kind", "field", "booked", "made", "kopecks"]
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows[names].to_numpy(dtype=object)]


def test_nothing_differs_of_what_is_booked_as_it_is_made() -> None:
    rows = found()
    assert rows.empty
    assert dict(rows.dtypes.astype(str)) == dict(DIFFERENCES.columns)
    assert found([], [], [], []).empty


@pytest.mark.parametrize(
    ("field", "value", "booked", "made", "kopecks"),
    [
        ("outcome", "no_cash", "issued", "no_cash", None),
        ("order_day", DAY - pd.Timedelta(days=1), "2026-02-03", "2026-02-02", None),
        ("opened_at", None, "2026-02-03 09:00:00", None, None),
        ("closed_at", DAY + pd.Timedelta(hours=21), "2026-02-03 20:00:00", "2026-02-03 21:00:00", None),
        ("receipts", 13, "12", "13", None),
        ("cash_income", 29001, "290.00", "290.01", 1),
        ("cash_refund", None, "0.00", None, 0),
        ("cash_payout", 5, "0.00", "0.05", 5),
        ("cash_payout_refund", 500, "0.00", "5.00", 500),
        ("cashless_income", 14000, "150.00", "140.00", -1000),
        ("cashless_refund", 1, "0.00", "0.01", 1),
        ("price_correction", -7, None, "-0.07", -7),
    ],
)
def test_a_value_of_a_shift_that_differs_is_named(
    field: str, value: object, booked: str, made: str | None, kopecks: int | None
) -> None:
    assert values_of(found([SHIFT | {field: value}])) == [("shift", "changed", field, booked, made, kopecks)]


@pytest.mark.parametrize(
    ("field", "value", "booked", "made", "kopecks"),
    [
        ("amount", 29001, "290.00", "290.01", 1),
        ("day", DAY + pd.Timedelta(days=1), "2026-02-03", "2026-02-04", None),
        ("vat", 100, None, "1.00", 100),
        ("vat_by_rate", '{"20": 100}', None, '{"20": 100}', None),
        ("kind", "rko", "pko", "rko", None),
        ("debit_account", "50.02", "50.01", "50.02", None),
        ("credit_account", "76.09", "90.01", "76.09", None),
        ("basis", "Смена 2", "Смена 1", "Смена 2", None),
        ("taxation", "osn", "", "osn", None),
        ("agent", True, "false", "true", None),
    ],
)
def test_a_value_of_an_order_that_differs_is_named(
    field: str, value: object, booked: str | None, made: str, kopecks: int | None
) -> None:
    rows = found(made_orders=[ORDER | {field: value}])
    assert values_of(rows) == [("order", "changed", field, booked, made, kopecks)]
    assert list(rows["document_id"]) == ["document-0"]


def test_the_fields_of_both_frames_are_all_compared() -> None:
    """A column that is added to the frames cannot be left out here without being seen."""
    named = {"shift_id", "unit_id", "name"}
    for frame, key, row in ((MADE_SHIFTS, named, SHIFT), (MADE_ORDERS, {"shift_id", "operation"}, ORDER)):
        for column in frame.columns.keys() - key:
            other = _another(row[column], frame.columns[column])
            sides = {"made": [SHIFT | {column: other}]} if row is SHIFT else {"made_orders": [ORDER | {column: other}]}
            assert list(found(**sides)["field"]) == [column]


def _another(value: object, dtype: str) -> object:
    match dtype:
        case "Int64":
            return (value or 0) + 3  # type: ignore[operator]
        case "boolean":
            return not value
        case "string":
            return f"{value}x"
    return pd.Timestamp(2026, 2, 8)


def test_a_shift_on_one_side_only_is_new_or_gone_with_its_orders() -> None:
    gone = [("shift", "gone", "outcome", "issued", None, None), ("order", "gone", "amount", "290.00", None, -29000)]
    assert values_of(found([], [])) == gone
    new = [("shift", "new", "outcome", None, "issued", None), ("order", "new", "amount", None, "290.00", 29000)]
    assert values_of(found(booked=[], booked_orders=[])) == new
    (name,) = found(booked=[], booked_orders=[])["name"].unique()
    assert name == SHIFT["name"]


def test_an_order_split_by_tax_system_is_gone_and_two_are_new() -> None:
    parts = [ORDER | {"taxation": "osn", "amount": 20000}, ORDER | {"taxation": "psn", "amount": 9000}]
    assert values_of(found(made_orders=parts)) == [
        ("order", "gone", "amount", "290.00", None, -29000),
        ("order", "new", "amount", None, "200.00", 20000),
        ("order", "new", "amount", None, "90.00", 9000),
    ]


def test_an_order_of_another_tax_system_and_sum_is_one_order_with_two_differences() -> None:
    rows = found(made_orders=[ORDER | {"taxation": "osn", "amount": 28000}])
    assert values_of(rows) == [
        ("order", "changed", "taxation", "", "osn", None),
        ("order", "changed", "amount", "290.00", "280.00", -1000),
    ]
    assert sums_of(rows) == {
        "shifts": 1, "orders": 1, "new": 0, "gone": 0, "amount": {"cash_income": -1000}, "vat": {},
    }  # fmt: skip


def test_refunds_taken_off_sales_are_one_order_gone_and_one_less() -> None:
    refund = ORDER | {"operation": "cash_refund", "kind": "rko", "amount": 4000}
    rows = found(made_orders=[ORDER | {"amount": 25000}], booked_orders=[ORDER, refund])
    assert values_of(rows) == [
        ("order", "changed", "amount", "290.00", "250.00", -4000),
        ("order", "gone", "amount", "40.00", None, -4000),
    ]
    assert sums_of(rows)["amount"] == {"cash_income": -4000, "cash_refund": -4000}
    assert (sums_of(rows)["orders"], sums_of(rows)["gone"]) == (2, 1)


def test_differences_are_in_the_order_of_the_closing() -> None:
    later = SHIFT | {"shift_id": "b", "closed_at": DAY + pd.Timedelta(days=1)}
    rows = found([later | {"receipts": 1}, SHIFT | {"receipts": 1}], booked=[later, SHIFT])
    assert list(rows["shift_id"]) == ["a", "b"]


def test_a_shift_that_is_there_twice_is_an_error() -> None:
    with pytest.raises(pd.errors.MergeError):
        found([SHIFT, SHIFT])
    with pytest.raises(pd.errors.MergeError):
        found(made_orders=[ORDER, ORDER])


def test_kopecks_as_roubles() -> None:
    kopecks = pd.Series([0, 5, -1205, 1_000_000_007, None], dtype="Int64")
    assert list(roubles_of(kopecks).fillna("none")) == ["0.00", "0.05", "-12.05", "10000000.07", "none"]
