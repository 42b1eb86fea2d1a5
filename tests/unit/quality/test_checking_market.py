"""Cheques, till shifts and waybills of Kontur.Market: the invalid one is rejected, its neighbours are not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from smena.quality import check_cheques, check_till_shifts, check_waybills
from smena.transform.market.frames import CHEQUES, PAYMENTS, SOLD_LINES, TILL_SHIFTS, WAYBILL_LINES, WAYBILLS

NOW = datetime(2026, 3, 10, 12)
SHOP, BOX, SHIFT = "11111111-0000-4000-8000-000000000001", "box", "shift"


def frame(schema: Any, base: dict[str, Any], changes: tuple[dict[str, Any], ...]) -> pd.DataFrame:
    rows = [dict.fromkeys(schema.columns) | base | change for change in changes]
    return schema.of({column: [row[column] for row in rows] for column in schema.columns})


CHEQUE = {
    "page_id": 1, "shop_id": SHOP, "cashbox_id": BOX, "till_shift": SHIFT, "number": "1", "is_refund": False,
    "closed_at": pd.Timestamp("2026-03-01 12:00"), "total": 1200, "price_correction": 0, "cash": 1000, "cashless": 200,
}  # fmt: skip


def check_one_cheque(
    *changes: dict[str, Any], line: int = 1200, card: int = 200, paid_by: str = "Card"
) -> dict[int, str]:
    """Reasons by row: a good cheque first, then one for each change; each of one line and one payment by card."""
    ids = [{"cheque_id": str(n)} for n in range(len(changes) + 1)]
    cheques = frame(CHEQUES, CHEQUE, tuple(one | change for one, change in zip(ids, ({}, *changes), strict=True)))
    payments = frame(
        PAYMENTS,
        {"shop_id": SHOP, "type": "Card", "amount": 200},
        (*ids[:-1], ids[-1] | {"amount": card, "type": paid_by}),
    )
    lines = frame(
        SOLD_LINES, {"shop_id": SHOP, "quantity": 1000, "amount": 1200}, (*ids[:-1], ids[-1] | {"amount": line})
    )
    verdict = check_cheques(cheques, payments, lines, now_local=NOW)
    assert not verdict.stops_batch
    return dict(verdict.bad["reason"])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"cash": 1001}, "payments_not_the_total"),
        ({"total": 1300, "cash": 1100}, "lines_not_the_total"),
        ({"cashless": 100, "cash": 1100}, "payments_not_the_cashless"),
        ({"opened_at": pd.Timestamp("2026-03-01 12:01")}, "cheque_closed_before_opened"),
        ({"closed_at": pd.Timestamp("2026-03-11 12:01")}, "cheque_closed_in_the_future"),
        ({"till_shift": " "}, 'field_blank {"what": "cashRegisterId"}'),
        ({"cashbox_id": None}, 'field_missing {"what": "cashbox_id"}'),
    ],
)
def test_an_invalid_cheque_is_rejected_with_its_reason_and_its_neighbour_is_not(
    change: dict[str, Any], why: str
) -> None:
    assert check_one_cheque(change) == {1: why}


@pytest.mark.parametrize(
    "change",
    [
        {"total": 1150, "price_correction": 50, "cash": 950},
        {"total": 1150, "price_correction": 50},
        {"opened_at": None},
    ],
)
def test_rounding_explains_a_difference_of_its_own_amount(change: dict[str, Any]) -> None:
    assert check_one_cheque(change) == {}


def test_a_payment_of_an_unknown_type_may_be_cash() -> None:
    assert check_one_cheque({}, paid_by="Cosh") == {1: "unknown_payment"}


def test_a_line_may_be_off_by_the_kopeck_that_it_is_rounded_to() -> None:
    assert check_one_cheque({}, line=1201) == {}
    assert check_one_cheque({}, line=1202) == {1: "lines_not_the_total"}


def test_a_till_shift_whose_cash_is_not_that_of_its_cheques_stops_the_batch() -> None:
    cheques = frame(CHEQUES, CHEQUE, ({"cheque_id": "1"},))
    fields = {
        "shop_id": SHOP, "cashbox_id": BOX, "till_shift": SHIFT, "opened_at": CHEQUE["closed_at"],
        "closed_at": CHEQUE["closed_at"], "cash_income": 1000, "cash_refund": 0, "outcome": "issued",
    }  # fmt: skip
    assert not check_till_shifts(frame(TILL_SHIFTS, fields, ({},)), cheques).stops_batch
    assert check_till_shifts(frame(TILL_SHIFTS, fields, ({"cash_income": 999},)), cheques).stops_batch


def test_a_till_shift_of_more_than_a_day_is_noted() -> None:
    fields = {
        "shop_id": SHOP, "cashbox_id": BOX, "till_shift": SHIFT, "opened_at": pd.Timestamp("2026-02-28 11:59"),
        "closed_at": CHEQUE["closed_at"], "cash_income": 0, "cash_refund": 0, "outcome": "no_cash",
    }  # fmt: skip
    verdict = check_till_shifts(frame(TILL_SHIFTS, fields, ({},)), frame(CHEQUES, CHEQUE, ()))
    assert not verdict.stops_batch and len(verdict.bad) == 0
    assert "till_shifts.lasted_no_longer_than_a_day" in verdict.notes[0]


@pytest.mark.parametrize(("numbers", "notes"), [("123", 0), ("134", 1), ("2", 0), ("xy", 0)])
def test_numbers_that_are_left_out_among_the_cheques_of_a_shift_are_noted(numbers: str, notes: int) -> None:
    cheques = frame(CHEQUES, CHEQUE, tuple({"cheque_id": number, "number": number} for number in numbers))
    fields = {
        "shop_id": SHOP, "cashbox_id": BOX, "till_shift": SHIFT, "opened_at": CHEQUE["closed_at"],
        "closed_at": CHEQUE["closed_at"], "cash_income": 1000 * len(numbers), "cash_refund": 0, "outcome": "issued",
    }  # fmt: skip
    verdict = check_till_shifts(frame(TILL_SHIFTS, fields, ({},)), cheques)
    assert (len(verdict.notes), verdict.stops_batch) == (notes, False)


WAYBILL = {"page_id": 1, "shop_id": SHOP, "number": "7", "supplier_id": "s", "amount": 500,
           "received_day": pd.Timestamp("2026-03-01"), "document_day": pd.Timestamp("2026-02-28")}  # fmt: skip


def check_one_waybill(change: dict[str, Any]) -> Any:
    ids = ({"waybill_id": "1"}, {"waybill_id": "2"})
    waybills = frame(WAYBILLS, WAYBILL, (ids[0], ids[1] | change))
    lines = frame(WAYBILL_LINES, {"shop_id": SHOP, "line": 1, "quantity": 1000, "amount": 500}, ids)
    return check_waybills(waybills, lines, now_local=NOW)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"amount": 501}, "amount_not_its_lines"),
        ({"received_day": pd.Timestamp("2026-03-12")}, "received_in_the_future"),
        ({"waybill_id": "1"}, "waybill_twice"),
    ],
)
def test_an_invalid_waybill_is_rejected_with_its_reason(change: dict[str, Any], why: str) -> None:
    found = dict(check_one_waybill(change).bad["reason"])
    assert why in found[1]
    assert set(found) == ({0, 1} if "waybill_id" in change else {1})


@pytest.mark.parametrize(
    "change", [{"amount": None}, {"document_day": pd.Timestamp("2026-03-02")}, {"supplier_id": ""}]
)
def test_unusual_values_of_a_waybill_are_only_noted(change: dict[str, Any]) -> None:
    verdict = check_one_waybill(change)
    assert len(verdict.bad) == 0
    assert len(verdict.notes) == 1
