"""A difference is reported with its kind, its amount and its documents; it is closed when both sides agree again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox import MarketSettings
from smena.model.window import Window
from smena.reconciliation.reconcile import ReconcileResult, reconcile
from tests.town import EASY, FIRST, Town

BuildTown = Callable[..., Town]
QUIET = MarketSettings().easy()
SHOP = replace(EASY, last_day=date(2025, 12, 20))
WHOLE = Window(FIRST, date(2025, 12, 20))


@pytest.fixture
def town(build_town: BuildTown) -> Town:
    town = build_town(SHOP)
    town.load()
    assert not prove(town).waits
    return town


def prove(town: Town, window: Window = WHOLE) -> ReconcileResult:
    return reconcile(town.context, town.inn, run_id="test", window=window)


def a_shift(town: Town) -> dict[str, Any]:
    return next(shift for shift in town.shifts() if shift["closed_at"].date() == date(2025, 12, 9))


def report_changed(town: Town, shift: dict[str, Any], **changes: int) -> None:
    """From now on by-shifts, and nothing else, reports this of the shift."""
    match = {
        "type": "byShifts", "fiscalDriveNumber": shift["fiscal_drive_number"], "shiftNumber": shift["shift_number"],
    }  # fmt: skip
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": changes, "alone": True})


def orders_of(town: Town, shift: dict[str, Any]) -> list[str]:
    return sorted(str(order["document_id"]) for order in town.orders() if order["shift_id"] == shift["shift_id"])


def test_sums_that_the_source_changed_since_differ_by_the_kopeck_and_name_the_orders(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    shift = a_shift(town)
    before = town.books()
    report_changed(town, shift, **{"sell.cashTotal": int(shift["cash_income"] * 100) + 1, "sell.total": 10**12})
    with caplog.at_level(logging.WARNING, logger="smena"):
        found = prove(town)
    (totals,) = [row for row in found.differences if row["kind"] == "shift_totals"]
    assert (totals["amount"], totals["day"], totals["shifts"]) == (
        Decimal("-0.01"), shift["closed_at"].date(), [str(shift["shift_id"])],
    )  # fmt: skip
    assert totals["documents"] == orders_of(town, shift) != []
    assert "difference inn=" in caplog.text and "kind=shift_totals" in caplog.text
    # The two kinds of totals of that day differ as well, by the same kopeck.
    assert [(row["kind"], row["amount"]) for row in found.differences if row is not totals] == [
        ("days", Decimal("0.01"))
    ]
    assert town.books() == before


def test_a_difference_is_alerted_once_lives_on_while_it_is_found_and_is_closed_when_it_is_gone(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    report_changed(town, a_shift(town), **{"sell.cashTotal": 1})
    first = prove(town)
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="smena"):
        again = prove(town)
    assert "difference" not in caplog.text
    assert [row["difference_id"] for row in again.differences] == [row["difference_id"] for row in first.differences]
    assert all(row["last_seen"] > row["first_seen"] for row in again.differences)
    # Another window neither finds it nor closes it.
    assert prove(town, Window(FIRST, date(2025, 12, 5))).closed == 0
    town.sandbox.faults.clear()
    gone = prove(town)
    assert (gone.differences, gone.closed) == ([], len(first.differences))
    report_changed(town, a_shift(town), **{"sell.cashTotal": 1})
    assert {row["is_new"] for row in prove(town).differences} == {True}
    assert len(town.table("control.difference", "difference_id")) == 2 * len(first.differences)


def test_a_shift_that_the_source_no_longer_reports_differs_and_is_not_missing(town: Town) -> None:
    shift = a_shift(town)
    match = {"fiscalDriveNumber": shift["fiscal_drive_number"], "shiftNumber": shift["shift_number"]}
    town.sandbox.faults.add({"kind": "drop_document", "match": match})
    found = prove(town)
    assert found.lacking == []
    assert {(row["kind"], tuple(row["shifts"])) for row in found.differences} == {
        ("shift_not_reported", (str(shift["shift_id"]),)), ("days", (str(shift["shift_id"]),)),
    }  # fmt: skip


@pytest.mark.few_cases(1)
@pytest.mark.parametrize(
    ("changes", "amount", "cause", "others"),
    [
        ({"sell.total": -100}, 1, "total_wrong", []),
        ({"sell.cashTotal": 500}, 5, "cash_wrong", ["days"]),
        ({"sell.cashlessTotal": 700}, 7, "cashless_wrong", ["days"]),
    ],
)
def test_totals_that_contradict_themselves_are_named_with_what_of_them_is_wrong(
    town: Town, changes: dict[str, int], amount: int, cause: str, others: list[str]
) -> None:
    shift = a_shift(town)
    paid = {"sell.cashTotal": shift["cash_income"], "sell.cashlessTotal": shift["cashless_income"]}
    bent = {name: int(sum_ * 100) for name, sum_ in (paid | {"sell.total": sum(paid.values())}).items()}
    report_changed(town, shift, **{name: sum_ + changes.get(name, 0) for name, sum_ in bent.items()})
    found = prove(town)
    assert (found.unasked, found.lacking) == ({}, [])
    (named,) = [row for row in found.differences if row["kind"] == "totals_contradict"]
    assert (named["amount"], named["day"], named["shifts"]) == (
        amount, shift["closed_at"].date(), [str(shift["shift_id"])],
    )  # fmt: skip
    assert named["cause"] == cause
    assert named["documents"] == orders_of(town, shift)
    assert [row["kind"] for row in found.differences if row is not named] == others
    town.sandbox.faults.clear()
    assert prove(town).closed == 1 + len(others)


def test_one_shift_that_contradicts_itself_leaves_the_rest_of_its_register_proved(town: Town) -> None:
    shift = a_shift(town)
    other = next(
        one for one in town.shifts() if one["kkt_reg_id"] == shift["kkt_reg_id"] and one["closed_at"].day == 14
    )
    report_changed(town, shift, **{"sell.total": 0})
    report_changed(town, other, **{"sell.cashTotal": int(other["cash_income"] * 100) + 1, "sell.total": 10**12})
    kinds = {row["kind"]: row["shifts"] for row in prove(town).differences if row["kind"] != "days"}
    assert kinds == {"totals_contradict": [str(shift["shift_id"])], "shift_totals": [str(other["shift_id"])]}


def test_receipts_that_were_read_are_compared_with_the_totals(build_town: BuildTown) -> None:
    town = build_town(SHOP, detail="receipts")
    town.load()
    shift = a_shift(town)
    report_changed(
        town, shift, **{"sell.cashlessTotal": int(shift["cashless_income"] * 100) + 700, "sell.total": 10**12}
    )
    (found,) = [row for row in prove(town).differences if row["kind"] != "days"]
    assert (found["kind"], found["amount"]) == ("shift_receipts", 0)
    assert found["details"]["theirs"]["cashless_income"] - found["details"]["ours"]["cashless_income"] == 7


def test_an_order_that_is_not_what_its_shift_moved_differs(town: Town) -> None:
    shift = a_shift(town)
    (order, *_) = [one for one in town.orders() if one["shift_id"] == shift["shift_id"] and one["kind"] == "pko"]
    town.sql("update accounting.cash_order set amount = amount + 5 where document_id = %s", order["document_id"])
    (found,) = prove(town).differences
    assert (found["kind"], found["amount"], found["shifts"]) == ("orders", 5, [str(shift["shift_id"])])


def test_a_day_that_the_operator_counts_otherwise_for_the_organisation_differs(build_town: BuildTown) -> None:
    """A register that the list of registers lacks: its money is in the organisation's total only."""
    town = build_town(replace(SHOP, registers_per_organization=3))
    town.load()
    hidden = town.register(2)
    town.sql("delete from control.source_day; delete from control.coverage where unit_id = %s", hidden)
    town.sql("alter table control.register disable trigger all")
    town.sql("delete from control.register where kkt_reg_id = %s", hidden)
    found = prove(town)
    kinds = {row["kind"] for row in found.differences}
    assert kinds == {"organization_days"}
    cash = sum(row["amount"] for row in found.differences)
    truth = [one for one in town.truth().values() if one["kkt_reg_id"] == hidden]
    assert cash * 100 == -sum(
        one["cash_income"] - one["cash_refund"] - one["cash_payout"] + one["cash_payout_refund"] for one in truth
    )


def test_document_numbers_that_overlap_differ(town: Town) -> None:
    shift = a_shift(town)
    town.sql(
        "update accounting.shift set documents_quantity = documents_quantity + 1 where shift_id = %s", shift["shift_id"]
    )
    (found,) = prove(town).differences
    assert (found["kind"], found["shifts"]) == ("documents", [str(shift["shift_id"])])


TWELVE_DAYS = Window(FIRST, FIRST + timedelta(days=11))


def both_sources(build_town: BuildTown, market: MarketSettings) -> Town:
    town = build_town(replace(SHOP, last_day=TWELVE_DAYS.last_day, correction_permille=0), behaviour={"market": market})
    town.enable_market(FIRST)
    town.load()
    town.load(product="market")
    town.load()
    assert any(shift["same_as"] for shift in town.shifts())
    return town


def test_where_both_sources_report_the_same_cash_nothing_differs(build_town: BuildTown) -> None:
    town = both_sources(build_town, QUIET)
    assert not prove(town, TWELVE_DAYS).waits


def test_where_market_reports_other_cash_of_one_shift_it_differs_by_that(build_town: BuildTown) -> None:
    town = both_sources(build_town, QUIET)
    till = next(shift for shift in town.shifts() if shift["source"] == "market" and shift["same_as"])
    town.sql("update accounting.shift set cash_income = cash_income - 3 where shift_id = %s", till["shift_id"])
    found = [row for row in prove(town, TWELVE_DAYS).differences if str(till["shift_id"]) in row["shifts"]]
    listed = [(row["kind"], row["amount"], len(row["shifts"])) for row in found]
    assert listed == [("till_changed", -3, 1), ("two_sources", 3, 2)], "its cheques were asked for again too"
