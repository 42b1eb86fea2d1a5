"""Cash orders of a shift: which there are, of what amount, and to which accounts."""

from __future__ import annotations

from typing import Any

import pytest

from smena.model.organization import AccountRule
from tests.unit.transform.builders import ACCOUNTS, Result, keep_books, opening, receipt, sums, totals, z_report

PKO, RKO = "pko", "rko"


def shift_of(*receipts: Any, **settings: Any) -> Result:
    """A shift with these receipts, read one by one."""
    return keep_books([opening(), z_report(receipts=len(receipts)), *receipts], **settings)


def by_totals(**settings: Any) -> Result:
    """Sales of 900, refunds of 100, payouts of 30, refunds of payouts of 20, known by totals alone."""
    entry = totals(1, sums(900, 1), returned=sums(100, 1), buy=sums(30, 1), returned_buy=sums(20, 1))
    return keep_books([z_report(receipts=4)], [entry], **settings)


def test_each_operation_has_its_own_order_of_its_own_kind() -> None:
    expected = [
        ("cash_income", PKO, 900, "50.01", "90.01.1"), ("cash_payout", RKO, 30, "60.01", "50.01"),
        ("cash_payout_refund", PKO, 20, "50.01", "60.01"), ("cash_refund", RKO, 100, "90.01.1", "50.01"),
    ]  # fmt: skip
    columns = ("operation", "kind", "amount", "debit_account", "credit_account")
    assert by_totals().order_values(*columns) == expected
    receipts = [
        receipt(n, cash, operation=code) for n, (code, cash) in enumerate([(1, 900), (2, 100), (3, 30), (4, 20)], 2)
    ]
    assert shift_of(*receipts).order_values(*columns) == expected


def test_orders_of_totals_have_no_vat_and_no_tax_system() -> None:
    assert set(by_totals().order_values("vat", "vat_by_rate", "taxation", "agent")) == {(None, None, "", False)}


def test_orders_of_receipts_without_vat_have_a_vat_of_zero() -> None:
    assert shift_of(receipt(2, 100, ndsNo=100)).order_values("vat", "vat_by_rate") == [(0, "{}")]


def test_a_missing_tax_system_is_empty() -> None:
    assert shift_of(receipt(2, 100, taxation=None), receipt(3, 10, taxation=0)).order_values("taxation", "amount") == [
        ("", 110)
    ]


def test_several_tax_systems_have_rows_of_their_own_that_sum_to_the_shift() -> None:
    books = shift_of(
        receipt(2, 100), receipt(3, 20, taxation=32), receipt(4, 3, taxation=33), receipt(5, 1000, taxation=1)
    )
    assert books.order_values("taxation", "amount") == [("mixed", 3), ("osn", 1100), ("psn", 20)]
    assert books.shift()["cash_income"] == 1123


def test_an_agent_s_money_has_an_order_of_its_own_to_account_76() -> None:
    books = shift_of(
        receipt(2, 100), receipt(3, 40, items=[{"providerInn": "9601000019"}]), receipt(4, 2, paymentAgentType=1)
    )
    assert books.order_values("agent", "amount", "credit_account") == [(False, 100, "90.01.1"), (True, 42, "76.09")]


def test_own_and_a_principal_s_money_in_one_receipt_wait_for_a_person() -> None:
    mixed = receipt(2, 100, items=[{"providerInn": "9601000019"}, {"name": "Чай"}])
    books = shift_of(mixed, receipt(3, 5))
    assert (books.shift()["outcome"], books.shift()["reason"]) == (
        "needs_review",
        "receipt_mixes_principals",
    )
    assert books.orders.empty


def test_own_and_a_principal_s_money_on_a_card_concern_no_cash_order() -> None:
    mixed = receipt(2, 0, card=100, items=[{"providerInn": "9601000019"}, {"name": "Чай"}])
    assert shift_of(mixed, receipt(3, 5)).amounts == [("cash_income", 5)]


# --- refunds


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_net_takes_refunds_off_the_sales(detail: str) -> None:
    sold_and_returned = [(100, 30), (100, 0), (30, 100), (0, 100), (100, 100), (1, 2)]
    documents, entries = [], []
    for shift, (sold, returned) in enumerate(sold_and_returned, 1):
        number, closed = shift * 10, f"20:0{shift}"
        documents += [opening(shift, number), z_report(shift, number + 3, receipts=2, closed=closed)]
        documents += [receipt(number + 1, sold, shift=shift), receipt(number + 2, returned, shift=shift, operation=2)]
        entries.append(totals(shift, sums(sold, 1), returned=sums(returned, 1), closed=closed))
    books = keep_books(documents, entries, detail=detail, refunds="net")
    assert books.order_values("shift_number", "operation", "kind", "amount") == [
        (1, "cash_income", PKO, 70),
        (2, "cash_income", PKO, 100),
        (3, "cash_refund", RKO, 70),
        (4, "cash_refund", RKO, 100),
        (6, "cash_refund", RKO, 1),
    ]
    assert books.outcomes() == dict.fromkeys((1, 2, 3, 4, 6), "issued") | {5: "no_cash"}
    assert books.shift(5)["reason"] == "refunds_equal_sales"
    shifts = [books.shift(shift) for shift in range(1, 7)]
    assert [(shift["cash_income"], shift["cash_refund"]) for shift in shifts] == sold_and_returned
    assert {shift["detail"] for shift in shifts} == {detail}


def test_refunds_of_their_own_stay_of_their_own() -> None:
    assert shift_of(receipt(2, 100), receipt(3, 100, operation=2)).order_values("kind", "amount") == [
        (PKO, 100),
        (RKO, 100),
    ]


def test_payouts_are_not_netted() -> None:
    assert by_totals(refunds="net").amounts == [("cash_income", 800), ("cash_payout", 30), ("cash_payout_refund", 20)]


def test_where_refunds_equal_sales_a_payout_is_booked_all_the_same() -> None:
    books = shift_of(receipt(2, 100), receipt(3, 100, operation=2), receipt(4, 5, operation=3), refunds="net")
    assert (books.shift()["outcome"], books.amounts) == ("issued", [("cash_payout", 5)])


def test_refunds_are_netted_within_their_tax_system_and_agent() -> None:
    books = shift_of(
        receipt(2, 100),
        receipt(3, 30, operation=2),
        receipt(4, 50, taxation=32),
        receipt(5, 60, taxation=32, operation=2),
        receipt(6, 40, paymentAgentType=1),
        receipt(7, 7, taxation=None, operation=2),
        receipt(8, 9, taxation=None),
        refunds="net",
    )
    assert books.order_values("kind", "taxation", "agent", "amount") == [
        (PKO, "", False, 2),
        (PKO, "osn", False, 70),
        (PKO, "osn", True, 40),
        (RKO, "psn", False, 10),
    ]


@pytest.mark.parametrize(
    ("sale_vat", "refund_vat", "vat"),
    [
        ({"nds20": 20}, {"nds20": 5}, 15),
        ({"nds20": 20}, {"ndsNo": 30}, 20),
        ({"ndsNo": 120}, {"nds20": 5}, None),
        ({"nds20": 20}, {}, None),
        ({}, {"nds20": 5}, None),
        ({"nds20": 5}, {"nds20": 6}, None),
    ],
)
def test_the_vat_of_a_net_order_is_that_of_both_sides(
    sale_vat: dict[str, int], refund_vat: dict[str, int], vat: int | None
) -> None:
    books = shift_of(receipt(2, 120, **sale_vat), receipt(3, 30, operation=2, **refund_vat), refunds="net")
    assert books.order_values("amount", "vat") == [(90, vat)]


def test_the_vat_of_a_net_refund_is_the_difference_too() -> None:
    books = shift_of(receipt(2, 30, nds20=5), receipt(3, 120, operation=2, nds20=20), refunds="net")
    assert books.order_values("kind", "amount", "vat") == [(RKO, 90, 15)]


def test_more_vat_than_the_remaining_money_can_have_is_unknown() -> None:
    # 20 % of the sale stays, but the refund had none: 20 of VAT cannot be inside 10.
    books = shift_of(receipt(2, 120, nds20=20), receipt(3, 110, operation=2, ndsNo=110), refunds="net")
    assert books.order_values("amount", "vat") == [(10, None)]


def test_vat_that_is_not_known_stays_so_when_netted() -> None:
    assert by_totals(refunds="net").order_values("vat") == [(None,)] * 3


# --- accounts


def test_the_first_rule_that_fits_decides_the_accounts() -> None:
    rules = (
        AccountRule("cash_income", "psn", None, "50.01", "90.01.2"),
        AccountRule("cash_income", "osn", False, "50.02", "90.01.1"),
        AccountRule("cash_income", "osn", None, "50.01", "76.05"),
        AccountRule("cash_income", None, None, "50.01", "90.09"),
    )
    books = shift_of(
        receipt(2, 1),
        receipt(3, 2, taxation=32),
        receipt(4, 4, paymentAgentType=1),
        receipt(5, 8, taxation=2),
        receipt(6, 16, taxation=None),
        accounts=rules,
    )
    assert books.order_values("amount", "debit_account", "credit_account") == [
        (1, "50.02", "90.01.1"),
        (16, "50.01", "90.09"),
        (2, "50.01", "90.01.2"),
        (4, "50.01", "76.05"),
        (8, "50.01", "90.09"),
    ]


@pytest.mark.parametrize("accounts", [(), ACCOUNTS[1:2], (AccountRule("cash_refund", "osn", None, "a", "b"),)])
def test_a_shift_of_which_an_order_has_no_account_waits_whole_for_a_person(accounts: Any) -> None:
    books = keep_books(
        [
            z_report(1, 10, receipts=2),
            opening(),
            receipt(2, 100),
            receipt(3, 5, operation=2),
            z_report(2, 20, receipts=0),
        ],
        accounts=accounts,
    )
    assert books.outcomes() == {1: "needs_review", 2: "no_cash"}
    assert books.shift()["reason"] == "no_account_rule"
    assert books.shift()["cash_income"] == 100
    assert books.orders.empty


def test_a_shift_without_an_account_costs_the_others_nothing() -> None:
    books = keep_books(
        [z_report(1, 10), receipt(2, 100), z_report(2, 20), receipt(12, 5, shift=2, operation=3)],
        accounts=ACCOUNTS[1:2],
    )
    assert books.outcomes() == {1: "issued", 2: "needs_review"}
    assert books.amounts == [("cash_income", 100)]


def test_a_rule_of_a_tax_system_does_not_fit_money_without_one() -> None:
    books = by_totals(accounts=tuple(AccountRule(rule.operation, "osn", None, "50.01", "90.01.1") for rule in ACCOUNTS))
    assert books.outcomes() == {1: "needs_review"}
