"""A missing value is never taken for a harmless one: how each check handles it, column by column."""

from __future__ import annotations

import pandas as pd
import pytest

from smena.quality import check_cheques, check_receipts, check_till_shifts, check_waybills
from smena.quality.till_shifts import RULES
from smena.transform.market.frames import CHEQUES, PAYMENTS, SOLD_LINES, TILL_SHIFTS, WAYBILL_LINES, WAYBILLS
from tests.unit.quality.test_checking_market import CHEQUE, NOW, SHOP, WAYBILL, frame
from tests.unit.quality.test_checking_receipts import CLOSED, INN, NO_VAT, OPENED, receipts

LAWFUL_OF_RECEIPTS = {
    "page_id", "fiscal_sign", "taxation", "agent", "corrects_day", "items", "items_total", "vat_known", "user_inn",
}  # fmt: skip
LAWFUL_OF_CHEQUES = {"page_id", "number", "opened_at"}
LAWFUL_OF_WAYBILLS = {"page_id", "number", "document_day", "supplier_id", "source", "amount"}


def test_a_receipt_with_an_unknown_value_goes_on_only_where_the_value_may_be_unknown() -> None:
    lenient = set()
    for column in receipts().columns:
        rows = receipts({column: None})
        bad = check_receipts(rows, NO_VAT, OPENED, CLOSED, organization_inn=INN).bad
        assert list(bad.index) in ([], [101])
        if bad.empty:
            lenient.add(column)
    assert lenient == LAWFUL_OF_RECEIPTS


def test_a_cheque_with_an_unknown_value_goes_on_only_where_the_value_may_be_unknown() -> None:
    lenient = set()
    for column in CHEQUES.columns:
        ids = ({"cheque_id": "1"}, {"cheque_id": "2"})
        payments = frame(PAYMENTS, {"shop_id": SHOP, "type": "Card", "amount": 200}, ids)
        lines = frame(SOLD_LINES, {"shop_id": SHOP, "quantity": 1000, "amount": 1200}, ids)
        cheques = frame(CHEQUES, CHEQUE, (ids[0], ids[1] | {column: None}))
        bad = check_cheques(cheques, payments, lines, now_local=NOW).bad
        assert list(bad.index) in ([], [1])
        if bad.empty:
            lenient.add(column)
    assert lenient == LAWFUL_OF_CHEQUES


def test_a_waybill_with_an_unknown_value_goes_on_only_where_the_value_may_be_unknown() -> None:
    lenient = set()
    for column in WAYBILLS.columns:
        ids = ({"waybill_id": "1"}, {"waybill_id": "2"})
        waybills = frame(WAYBILLS, WAYBILL, (ids[0], ids[1] | {column: None}))
        lines = frame(WAYBILL_LINES, {"shop_id": SHOP, "line": 1, "quantity": 1000, "amount": 500}, ids)
        if check_waybills(waybills, lines, now_local=NOW).bad.empty:
            lenient.add(column)
    assert lenient == LAWFUL_OF_WAYBILLS


def test_the_sum_of_a_waybill_is_unknown_where_a_line_has_no_price() -> None:
    lines = frame(
        WAYBILL_LINES,
        {"shop_id": SHOP, "waybill_id": "1", "quantity": 1000},
        ({"line": 1, "amount": 500}, {"line": 2, "amount": None}),
    )
    bad = check_waybills(frame(WAYBILLS, WAYBILL, ({"waybill_id": "1"},)), lines, now_local=NOW).bad
    assert list(bad["reason"]) == ["amount_not_its_lines"]


@pytest.mark.parametrize(
    ("change", "cheques", "broken"),
    [
        ({}, 1, set()),
        ({"cash_income": None}, 1, {"issued_shift_has_cash"}),
        ({"cash_refund": None}, 1, {"issued_shift_has_cash"}),
        ({}, 0, {"cash_is_that_of_its_cheques"}),
        ({"outcome": None}, 1, {"outcome_is_present"}),
        ({"outcome": "incomplete", "cash_income": None, "cash_refund": None}, 1, set()),
    ],
)
def test_an_issued_till_shift_whose_cash_is_not_known_stops_the_batch(
    change: dict[str, object], cheques: int, broken: set[str]
) -> None:
    of_cheque = {"shop_id": SHOP, "cashbox_id": "box", "till_shift": "shift"}
    values = of_cheque | {
        "opened_at": CHEQUE["closed_at"], "closed_at": CHEQUE["closed_at"],
        "cash_income": 1000, "cash_refund": 0, "outcome": "issued",
    }  # fmt: skip
    rows = frame(CHEQUES, CHEQUE, ({"cheque_id": "1"},)[:cheques])
    verdict = check_till_shifts(frame(TILL_SHIFTS, values, (change,)), rows)
    of_batch = {rule.name for rule in RULES if rule.severity == "batch"}
    found = {one.expectation for one in verdict.results if not one.success}
    assert found & of_batch == broken
    assert verdict.stops_batch == bool(broken)
    assert isinstance(verdict.bad, pd.DataFrame)
