"""Orders are published only where they agree with their shifts, to the kopeck."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from smena.model.organization import DatePolicy
from smena.model.reason_text import parse
from smena.quality import Verdict, check_orders
from smena.transform.frames import ORDERS, SHIFTS
from smena.transform.schema import Schema

DRIVE = "9999078900001234"
GOOD_SHIFT = {
    "kkt_reg_id": "0000000003065868",
    "fiscal_drive_number": DRIVE,
    "fiscal_document_number": 20,
    "fiscal_sign": 7,
    "opened_at": pd.Timestamp("2026-02-28 23:00"),
    "closed_at": pd.Timestamp("2026-03-01 22:00"),
    "received_at": pd.Timestamp("2026-03-01 19:01"),
    "receipts": 12,
    "documents_quantity": 14,
    "cash_income": 120_000,
    "cash_refund": 500,
    "cash_payout": 300,
    "cash_payout_refund": 40,
    "cashless_income": 999,
    "cashless_refund": 0,
    "detail": "totals",
    "has_corrections": False,
    "order_day": pd.Timestamp("2026-03-01"),
    "outcome": "issued",
    "reason": None,
    "evidence": "{3}",
    "user_inn": "9601000019",
}
GOOD_ORDER = {
    "fiscal_drive_number": DRIVE,
    "cashbox_id": None,
    "till_shift": None,
    "kind": "pko",
    "operation": "cash_income",
    "taxation": "osn",
    "agent": False,
    "day": pd.Timestamp("2026-03-01"),
    "amount": 120_000,
    "vat": 20_000,
    "vat_by_rate": '{"20": 20000}',
    "debit_account": "50.01",
    "credit_account": "90.01.1",
    "basis": "Отчёт о закрытии смены № 1",
}
OTHERS = (
    {"operation": "cash_refund", "kind": "rko", "amount": 500, "vat": None},
    {"operation": "cash_payout", "kind": "rko", "amount": 300, "vat": None},
    {"operation": "cash_payout_refund", "kind": "pko", "amount": 40, "vat": None},
)


def frame(schema: Schema, rows: list[dict[str, Any]]) -> pd.DataFrame:
    given = [column for column in schema.columns if column not in schema.optional or column in rows[0]]
    return schema.of({column: [row[column] for row in rows] for column in given})


def shifts(*changes: dict[str, Any]) -> pd.DataFrame:
    """A good shift numbered 1, then one for each of the changes, numbered 2 and on."""
    return frame(SHIFTS, [GOOD_SHIFT | {"shift_number": n} | change for n, change in enumerate(({}, *changes), 1)])


def orders(*changes: dict[str, Any]) -> pd.DataFrame:
    """The four orders of shift 1 labelled 10 to 13, then one sale of shift 2, 3… for each of the changes, from 14."""
    first = [GOOD_ORDER | {"shift_number": 1} | change for change in ({}, *OTHERS)]
    rows = first + [GOOD_ORDER | {"shift_number": n} | change for n, change in enumerate(changes, 2)]
    return frame(ORDERS, rows).set_axis(range(10, 10 + len(rows)))


SALES_ONLY = {"cash_refund": 0, "cash_payout": 0, "cash_payout_refund": 0}


def check(
    change: dict[str, Any], shift: dict[str, Any] | None = None, date_policy: DatePolicy = "shift_close"
) -> Verdict:
    """Four good orders beside one that is changed, of a shift with only a sale."""
    return check_orders(orders(change), shifts(SALES_ONLY | (shift or {})), date_policy=date_policy)


def reasons(verdict: Verdict) -> dict[int, str]:
    return dict(verdict.bad["reason"])


def broken(verdict: Verdict, severity: str = "batch") -> list[str]:
    return [one.expectation for one in verdict.results if one.severity == severity and not one.success]


def test_orders_that_are_their_shifts_cash_are_published() -> None:
    verdict = check({})
    assert all(one.success for one in verdict.results)
    assert (len(verdict.bad), verdict.stops_batch, verdict.notes) == (0, False, [])


BAD: list[tuple[dict[str, Any], str]] = [
    ({"fiscal_drive_number": None}, 'field_missing {"what": "fiscal_drive_number"}\nday_of_shift_unknown'),
    ({"shift_number": None}, 'field_missing {"what": "shift_number"}\nday_of_shift_unknown'),
    ({"kind": None}, 'field_missing {"what": "kind"}'),
    ({"operation": None}, 'field_missing {"what": "operation"}'),
    ({"day": None}, 'field_missing {"what": "day"}'),
    ({"amount": None}, 'field_missing {"what": "amount"}'),
    ({"debit_account": None}, 'field_missing {"what": "debit_account"}'),
    ({"credit_account": None}, 'field_missing {"what": "credit_account"}'),
    ({"debit_account": " "}, "debit_account_blank"),
    ({"credit_account": ""}, "credit_account_blank"),
    ({"amount": 0, "vat": None}, "amount_out_of_range"),
    ({"amount": -120_000, "vat": None}, "amount_out_of_range"),
    ({"amount": 10**13}, "amount_out_of_range"),
    ({"kind": "rko"}, "kind_not_the_operations"),
    ({"kind": "order"}, "kind_unknown\nkind_not_the_operations"),
    ({"operation": "cash_out"}, "unknown_operation"),
    ({"day": pd.Timestamp("2026-02-28")}, "day_not_the_policys"),
    ({"day": pd.Timestamp("2026-03-01 22:00")}, "day_not_the_policys"),
    ({"vat": -1}, "vat_negative"),
    ({"vat": 120_000}, "vat_not_below_amount"),
]


def test_each_invalid_order_is_rejected_with_its_reason_and_its_neighbours_are_not() -> None:
    verdict = check_orders(
        orders(*[change for change, _ in BAD]), shifts(*[SALES_ONLY] * len(BAD)), date_policy="shift_close"
    )
    assert reasons(verdict) == dict(enumerate([reason for _, reason in BAD], 14))


@pytest.mark.parametrize(
    ("vat", "detail", "is_warned"),
    [
        # 12 receipts may be rounded up by half a kopeck each.
        ('{"20": 20006}', "totals", False),
        ('{"20": 20007}', "totals", True),
        ('{"10": 20000}', "totals", True),
        ('{"10": 100, "calculated_20": 20007}', "totals", True),
        ('{"20": 20007}', "receipts", False),
        (None, "totals", False),
        ("{}", "totals", False),
    ],
)
def test_more_vat_than_the_rate_gives_of_the_amount_is_warned_of(vat: str | None, detail: str, is_warned: bool) -> None:
    verdict = check({"vat_by_rate": vat}, {"detail": detail})
    assert (broken(verdict, "warning"), reasons(verdict)) == (["vat_is_within_the_amount"] * is_warned, {})


def test_orders_without_vat_or_tax_system_go_on() -> None:
    changes: list[dict[str, Any]] = [
        {"vat": None}, {"vat": 0}, {"vat": 119_999}, {"taxation": None, "agent": None}, {"taxation": ""},
    ]  # fmt: skip
    verdict = check_orders(orders(*changes), shifts(*[SALES_ONLY] * len(changes)), date_policy="shift_close")
    assert (reasons(verdict), verdict.stops_batch) == ({}, False)


@pytest.mark.parametrize("amount", [1, 10**13 - 1])
def test_the_least_and_the_greatest_amount_go_on(amount: int) -> None:
    verdict = check({"amount": amount, "vat": None}, {"cash_income": amount})
    assert (reasons(verdict), verdict.stops_batch) == ({}, False)


def test_an_order_is_dated_by_the_opening_where_the_policy_says_so() -> None:
    opening_day = {"day": pd.Timestamp("2026-02-28")}
    verdict = check_orders(orders(opening_day, {}), shifts(SALES_ONLY, SALES_ONLY), date_policy="shift_open")
    wrong = "day_not_the_policys"
    assert reasons(verdict) == dict.fromkeys([10, 11, 12, 13, 15], wrong)


def test_an_order_of_a_shift_without_an_opening_cannot_be_dated_by_it() -> None:
    verdict = check({}, {"opened_at": None, "order_day": None}, date_policy="shift_open")
    assert reasons(verdict)[14] == "day_of_shift_unknown"


def test_two_orders_of_one_shift_operation_tax_system_and_agent_are_both_rejected() -> None:
    halves = {"shift_number": 2, "amount": 60_000}
    verdict = check_orders(orders(halves, halves), shifts(SALES_ONLY), date_policy="shift_close")
    words = "order_twice"
    assert reasons(verdict) == {14: words, 15: words}


def test_two_orders_of_one_shift_without_a_tax_system_are_the_same_order() -> None:
    halves = {"shift_number": 2, "amount": 60_000, "taxation": None, "agent": None}
    verdict = check_orders(orders(halves, halves), shifts(SALES_ONLY), date_policy="shift_close")
    assert list(reasons(verdict)) == [14, 15]


@pytest.mark.parametrize("difference", [{"taxation": "psn"}, {"agent": True}])
def test_a_shift_is_split_by_tax_system_and_agent(difference: dict[str, Any]) -> None:
    halves = {"shift_number": 2, "amount": 60_000}
    verdict = check_orders(orders(halves, halves | difference), shifts(SALES_ONLY), date_policy="shift_close")
    assert (reasons(verdict), verdict.stops_batch) == ({}, False)


@pytest.mark.parametrize("amount", [119_999, 120_001])
def test_orders_that_miss_their_shifts_cash_by_a_kopeck_stop_the_batch(amount: int) -> None:
    verdict = check({"amount": amount})
    assert broken(verdict) == ["orders_sum_to_the_shifts_cash"]
    assert verdict.stops_batch
    assert parse(verdict.notes[0])[1] == {
        "rule": "orders.orders_sum_to_the_shifts_cash",
        "bad": 1,
        "records": 2,
        "reason": "orders_not_the_cash",
    }
    (found,) = [one for one in verdict.results if one.severity == "batch" and not one.success]
    assert f'"found": ["{120_000 - amount}"], "keys": ["{DRIVE} / 2"]' in found.details
    assert len(verdict.bad) == 0


@pytest.mark.parametrize(
    ("shift", "order"),
    [
        ({"cash_payout": 300}, {"amount": 119_700}),
        ({"cash_payout_refund": 300}, {"amount": 120_300}),
        ({"cash_payout": 300, "cash_payout_refund": 300}, {}),
    ],
)
def test_payouts_that_no_order_books_are_not_made_up_for_by_another_operation(
    shift: dict[str, Any], order: dict[str, Any]
) -> None:
    assert broken(check(order, shift)) == ["orders_sum_to_the_shifts_cash"]


def test_differences_of_two_shifts_do_not_make_up_for_each_other() -> None:
    verdict = check_orders(
        orders({"amount": 119_999}, {"amount": 120_001}), shifts(SALES_ONLY, SALES_ONLY), date_policy="shift_close"
    )
    (total,) = [one for one in verdict.results if one.expectation == "orders_sum_to_the_shifts_cash"]
    assert (total.rows, total.bad_rows) == (3, 2)


def test_an_issued_shift_with_cash_and_no_order_stops_the_batch() -> None:
    verdict = check_orders(orders(), shifts(SALES_ONLY), date_policy="shift_close")
    assert broken(verdict) == ["orders_sum_to_the_shifts_cash"]


def test_net_orders_are_the_shifts_cash_too() -> None:
    paid_out = {"shift_number": 3, "kind": "rko", "operation": "cash_refund", "amount": 50, "vat": None}
    verdict = check_orders(
        orders({"amount": 119_500}, paid_out),
        shifts(SALES_ONLY | {"cash_refund": 500}, SALES_ONLY | {"cash_income": 100, "cash_refund": 150}),
        date_policy="shift_close",
    )
    assert (reasons(verdict), verdict.stops_batch) == ({}, False)


@pytest.mark.parametrize("outcome", ["no_cash", None])
def test_an_order_of_a_shift_that_is_not_issued_stops_the_batch(outcome: str | None) -> None:
    assert broken(check({}, {"outcome": outcome})) == ["shift_is_issued"]


def test_an_order_of_an_unknown_shift_stops_the_batch() -> None:
    verdict = check({"shift_number": 99}, {"outcome": "no_cash"})
    assert broken(verdict) == ["shift_is_issued"]


def test_an_issued_shift_without_sums_stops_the_batch() -> None:
    assert broken(check({}, {"cash_refund": None})) == ["issued_shift_has_sums"]


def test_a_shift_without_sums_that_is_not_issued_is_no_fault() -> None:
    incomplete = dict.fromkeys(SALES_ONLY) | {"cash_income": None, "outcome": "incomplete"}
    verdict = check_orders(orders(), shifts(incomplete), date_policy="shift_close")
    assert (reasons(verdict), verdict.stops_batch) == ({}, False)


def test_a_shift_with_two_outcomes_stops_the_batch() -> None:
    twice = shifts(SALES_ONLY, {"shift_number": 2, "outcome": "incomplete"})
    assert broken(check_orders(orders({}), twice, date_policy="shift_close")) == ["one_row_a_shift"]


def test_an_amount_that_is_not_whole_kopecks_stops_the_batch() -> None:
    verdict = check_orders(orders().astype({"amount": "float64"}), shifts(), date_policy="shift_close")
    assert broken(verdict) == ["orders_are_of_their_schema"]


def test_shifts_that_are_not_of_the_schema_stop_the_batch() -> None:
    verdict = check_orders(orders(), shifts().drop(columns="outcome"), date_policy="shift_close")
    assert broken(verdict) == ["shifts_are_of_their_schema"]


def test_no_orders_and_no_shifts_pass_and_leave_their_results() -> None:
    empty = check_orders(ORDERS.empty(), SHIFTS.empty(), date_policy="shift_close")
    assert [one.expectation for one in empty.results] == [one.expectation for one in check({}).results]
    assert all(one.success for one in empty.results)
