"""Accounting ends up with the truth of the sandbox, to the kopeck."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.town import SMALL, Town, kopecks

MONEY = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund", "cashless_income", "cashless_refund")
KIND = {"cash_income": "pko", "cash_payout_refund": "pko", "cash_refund": "rko", "cash_payout": "rko"}
TAXATION = {1: "osn", 2: "usn_income", 4: "usn_income_expense", 32: "psn"}
THREE = replace(SMALL, organizations=4, registers_per_organization=5)


def orders_by_shift(town: Town) -> dict[tuple[str, int], list[dict[str, Any]]]:
    shift_of = {shift["shift_id"]: (shift["fiscal_drive_number"], shift["shift_number"]) for shift in town.shifts()}
    found = defaultdict(list)
    for order in town.orders():
        found[shift_of[order["shift_id"]]].append(order)
    return found


@pytest.mark.parametrize("detail", ["totals", "receipts"])
@pytest.mark.parametrize("clock", ["formed", "received"])
def test_every_closed_shift_of_a_difficult_town_is_accounted_for(
    build_town: Callable[..., Town], detail: str, clock: str
) -> None:
    town = build_town(THREE, detail=detail, behaviour={"period_clock": clock, "scan_limit": 90})
    for inn in town.inns:
        town.load(inn=inn)
    truth, shifts = town.truth(), {(s["fiscal_drive_number"], s["shift_number"]): s for s in town.shifts()}
    assert truth.keys() <= shifts.keys()
    # Opened before the permission begins: booked only where all of its receipts may be read all the same.
    partly = {key: line for key, line in town.truth(permitted=False).items() if key in shifts}
    incomplete = {key for key in partly if shifts[key]["outcome"] == "incomplete"}
    for key, line in (truth | {key: partly[key] for key in partly.keys() - incomplete}).items():
        shift = shifts[key]
        assert shift["outcome"] == ("issued" if any(line[name] for name in MONEY[:4]) else "no_cash"), shift["reason"]
        assert {name: kopecks(shift[name]) for name in MONEY} == {name: line[name] for name in MONEY}
        assert (shift["receipts"], shift["kpp"]) == (line["receipts"], line["kpp"])
        assert shift["closed_at"].isoformat() == line["closed_at"]
    assert town.quarantine() == []


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_orders_are_the_cash_of_their_shift_by_operation(build_town: Callable[..., Town], detail: str) -> None:
    town = build_town(detail=detail)
    town.load()
    orders = orders_by_shift(town)
    for key, line in town.truth().items():
        sums: dict[str, int] = defaultdict(int)
        for order in orders[key]:
            assert order["kind"] == KIND[order["operation"]]
            assert order["date"].isoformat() == line["closed_at"][:10]
            sums[order["operation"]] += kopecks(order["amount"]) or 0
        assert dict(sums) == {name: line[name] for name in KIND if line[name]}


def test_from_receipts_each_tax_system_and_principal_has_an_order_with_exact_vat(
    build_town: Callable[..., Town],
) -> None:
    town = build_town(replace(SMALL, every_two_taxations=2, every_agent=2), detail="receipts")
    town.load()
    orders = orders_by_shift(town)
    for key, line in town.truth().items():
        split = {(part["operation"], TAXATION[part["taxation"]], part["agent"]): part["cash_kopecks"]
                 for part in line["cash_split"]}  # fmt: skip
        fields = {(o["operation"], o["taxation"], o["agent"]): kopecks(o["amount"]) for o in orders[key]}
        assert fields == split
        for operation in KIND:
            rates: dict[str, int] = defaultdict(int)
            for order in orders[key]:
                if order["operation"] == operation:
                    assert kopecks(order["vat"]) == sum(order["vat_by_rate"].values())
                    for rate, vat in order["vat_by_rate"].items():
                        rates[f"ndsCalculated{rate[11:]}" if rate.startswith("calculated_") else f"nds{rate}"] += vat
            assert dict(rates) == line["cash_vat"].get(operation, {})
        for order in orders[key]:
            credit = "76" if order["agent"] else "90.01.1"
            if order["operation"] == "cash_income":
                assert (order["debit_account"], order["credit_account"]) == ("50.01", credit)


def test_orders_minus_orders_back_are_cash_in_minus_cash_out(build_town: Callable[..., Town]) -> None:
    town = build_town(refunds="net")
    town.load()
    signed = sum(o["amount"] if o["kind"] == "pko" else -o["amount"] for o in town.orders())
    assert kopecks(signed) == sum(
        line["cash_income"] + line["cash_payout_refund"] - line["cash_refund"] - line["cash_payout"]
        for line in town.truth().values()
    )


def test_numbers_of_each_kind_run_from_one_without_a_gap_in_each_cash_book_and_year(
    build_town: Callable[..., Town],
) -> None:
    town = build_town()
    town.load()
    books = defaultdict(list)
    for order in town.orders():
        books[order["kpp"], order["kind"], order["date"].year].append(order)
    assert len(books) > 2
    assert {kind for _, kind, _ in books} == {"pko", "rko"}
    for orders in books.values():
        assert [order["number"] for order in orders] == list(range(1, len(orders) + 1))
        dates = [order["date"] for order in orders]
        assert dates == sorted(dates)


def test_a_sole_proprietor_may_keep_no_cash_documents(build_town: Callable[..., Town]) -> None:
    town = build_town(replace(SMALL, organizations=4, registers_per_organization=1))
    proprietor = next(inn for inn in town.inns if len(inn) == 12)
    town.sql("update control.organization set keeps_cash_documents = false where inn = %s", proprietor)
    town.load(inn=proprietor)
    assert town.orders() == []
    assert {shift["outcome"] for shift in town.shifts()} == {"no_cash"}
    assert sum(shift["cash_income"] for shift in town.shifts()) > 0
