"""What is absent or comes in another form is not known, and is never booked as the harmless answer (DOMAIN 2, 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest

from smena.decisions.conflicts import open_decisions, resolve
from smena.mandates.organizations import set_organization
from smena.reports.form import order_on_paper
from tests.town import EASY, FIRST, Town, kopecks
from tests.unit.reports.pdf_text import Paper

BuildTown = Callable[..., Town]

WEEK = replace(EASY, last_day=date(2025, 12, 7), registers_per_organization=1, receipts_per_shift=8)
CORRECTED = replace(WEEK, correction_permille=60, corrections_are_dated=False)
NOT_KNOWN, EARLIER = "correction_day_unknown", "correction_of_earlier_day"
CORRECTED_DAYS: list[Any] = [None, 1764288000, "28.11.2025", "", "2099-01-01", "2025-11-28"]
"""One correction after another says each of these; only the last can be read, and it is earlier."""


def by_key(rows: list[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    return {(row["fiscal_drive_number"], row["shift_number"]): row for row in rows}


def in_till(line: dict[str, Any]) -> int:
    """Cash in less cash out of the truth, kopecks."""
    return int(line["cash_income"] - line["cash_refund"] - line["cash_payout"] + line["cash_payout_refund"])


def booked(town: Town, shift: dict[str, Any]) -> int:
    """The same of the orders of a shift."""
    live = [one for one in town.orders() if one["shift_id"] == shift["shift_id"] and one["status"] == "new"]
    return sum((kopecks(one["amount"]) or 0) * (1 if one["kind"] == "pko" else -1) for one in live)


def match_of(line: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"type": kind, "fiscalDriveNumber": line["fiscal_drive_number"], "shiftNumber": line["shift_number"]}


def a_shift(town: Town) -> dict[str, Any]:
    """A shift with cash of more than one sale, neither the first nor the last."""
    return [line for line in sorted(town.truth().values(), key=lambda line: line["closed_at"]) if line["cash_income"]][
        2
    ]


# --- 3: corrections


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_corrections_of_cash_wait_for_a_person_unless_they_are_of_their_own_day(
    build_town: BuildTown, detail: str
) -> None:
    town = build_town(CORRECTED, detail=detail)
    waiting = {key: line for key, line in town.truth().items() if line["needs_review"]}
    assert 2 <= len(waiting) < len(town.truth())
    reasons = {}
    for (key, line), day in zip(waiting.items(), cycle(CORRECTED_DAYS), strict=False):
        said = {"kind": "patch_document", "match": match_of(line, "receiptCorrection")}
        town.sandbox.faults.add(said | {"set": {"correctionDocumentDate": day}})
        reasons[key] = EARLIER if day == "2025-11-28" else NOT_KNOWN
    town.load()
    shifts = by_key(town.shifts())
    assert {key: row["reason"] for key, row in shifts.items() if row["outcome"] == "needs_review"} == reasons
    for key, line in town.truth().items():
        assert booked(town, shifts[key]) == (0 if key in waiting else in_till(line))
    assert town.quarantine() == []


def test_where_corrections_are_booked_the_basis_says_so_and_nothing_booked_is_revised(build_town: BuildTown) -> None:
    town = build_town(CORRECTED, corrections="book")
    town.load()
    shifts = by_key(town.shifts())
    assert "needs_review" not in town.outcomes()
    with_corrections = {shifts[key]["shift_id"] for key, line in town.truth().items() if line["needs_review"]}
    for key, line in town.truth().items():
        assert booked(town, shifts[key]) == in_till(line)
    said = {one["shift_id"] for one in town.orders() if one["basis"].endswith(", с чеками коррекции")}
    assert said == with_corrections
    before = town.books()
    with town.warehouse.transaction() as transaction:
        set_organization(transaction, town.inn, {"corrections": "review"}, by="test")
    town.load(FIRST, WEEK.last_day)
    assert town.books() == before


def test_a_person_who_books_such_a_shift_finds_it_in_the_basis(build_town: BuildTown) -> None:
    town = build_town(CORRECTED)
    town.load()
    waiting = open_decisions(town.warehouse, town.inn)[0]
    with town.warehouse.transaction() as transaction:
        resolve(transaction, waiting["decision_id"], "approve", by="Анна", reason="the till was counted")
    orders = [one for one in town.orders() if one["shift_id"] == waiting["shift_id"]]
    assert orders and all(one["basis"].endswith(", с чеками коррекции") for one in orders)


# --- 4: the same document again

AGAIN = {"id": "00000000-0000-0000-0000-000000000001", "receiveDateTimeUtc": "2026-02-01T00:00:00"}


@pytest.mark.parametrize("detail", ["totals", "receipts"])
def test_a_document_delivered_again_is_one_document(build_town: BuildTown, detail: str) -> None:
    plain, town = build_town(WEEK, detail=detail), build_town(WEEK, detail=detail)
    for kind in ("closeShift", "openShift", "receipt", "receiptCorrection", "byShifts", "byDays"):
        town.sandbox.faults.add({"kind": "repeat_document", "match": {"type": kind}, "set": AGAIN})
    for one in (plain, town):
        one.load()
    assert town.quarantine() == []
    assert town.books() == plain.books()
    assert town.outcomes()["issued"] > 0


def test_a_later_load_with_other_facts_of_the_transmission_revises_nothing(build_town: BuildTown) -> None:
    town = build_town(WEEK)
    town.load()
    before = town.books(), [one["revision"] for one in town.shifts()]
    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "closeShift"}, "set": AGAIN})
    town.load(FIRST, WEEK.last_day)
    assert (town.books(), [one["revision"] for one in town.shifts()]) == before


# --- 7 and 8: VAT

FLAT = ["nds22", "nds20", "nds10", "nds5", "nds0", "ndsNo", "ndsCalculated20", "ndsCalculated22"]
UNITED = ("sell", "returnSell", "buy", "returnBuy")


def paid_in_cash(town: Town, line: dict[str, Any], reported: dict[str, Any] | None = None) -> None:
    """Each receipt of this shift is a sale of 100.00 in cash at 22 %; the last of them reports VAT like this."""
    sale = {
        "operationType": 1, "totalSum": 10000, "cashTotalSum": 10000, "ecashTotalSum": 0, "items": [{"sum": 10000}],
        "taxationType": 1, "prePaymentTotalSum": 0, "postPaymentTotalSum": 0, "considerationTotalSum": 0,
    }  # fmt: skip
    sums = {f"{name}.{field}": 0 for name in UNITED for field in ("cashTotal", "cashlessTotal", "total", "count")}
    sums |= {"sell.cashTotal": 10000 * line["receipts"], "sell.total": 10000 * line["receipts"]}
    sums["sell.count"] = line["receipts"]
    match = match_of(line, "receipt")
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": match_of(line, "byShifts"), "set": sums},
        {"kind": "patch_document", "match": match, "set": sale, "drop": FLAT},
        {"kind": "patch_document", "match": match, "set": {"nds22": 1803}},
    )
    if reported is not None:
        last = match | {"fiscalDocumentNumber": line["fiscal_document_number"] - 1}
        town.sandbox.faults.add({"kind": "patch_document", "match": last, "set": reported, "drop": ["nds22"]})


@pytest.fixture
def exact(build_town: BuildTown) -> Town:
    return build_town(replace(WEEK, correction_permille=0), detail="receipts")


def test_vat_of_the_nested_form_is_known(exact: Town) -> None:
    line = a_shift(exact)
    paid_in_cash(exact, line, {"amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 1803}]}})
    exact.load()
    (order,) = [one for one in exact.orders() if one["shift_id"] == shift_id(exact, line)]
    assert order["amount"] == Decimal(100 * line["receipts"])
    assert (order["vat"], order["vat_by_rate"]) == (
        order["amount"] * Decimal("0.1803"),
        {"22": 1803 * line["receipts"]},
    )


@pytest.mark.parametrize(
    "reported", [{}, {"nds0": 0, "ndsNo": 0}, {"amountsReceiptNds": {"amountsNds": [{"nds": 99, "ndsSum": 1803}]}}]
)
def test_one_receipt_that_says_nothing_of_vat_leaves_that_of_the_order_blank(
    exact: Town, reported: dict[str, Any]
) -> None:
    line = a_shift(exact)
    paid_in_cash(exact, line, reported)
    exact.load()
    (order,) = [one for one in exact.orders() if one["shift_id"] == shift_id(exact, line)]
    assert (order["amount"], order["vat"], order["vat_by_rate"]) == (Decimal(100 * line["receipts"]), None, None)
    row = exact.warehouse.row("print_order", documents=[str(order["document_id"])])
    assert row is not None
    paper = Paper(order_on_paper(row)).text()
    assert "НДС" not in paper and "без налога" not in paper
    others = [one for one in exact.orders() if one["shift_id"] != order["shift_id"]]
    assert all(one["vat"] is not None for one in others)


def shift_id(town: Town, line: dict[str, Any]) -> Any:
    return by_key(town.shifts())[line["fiscal_drive_number"], line["shift_number"]]["shift_id"]


# --- 9 and 10: old forms of receipts


def test_storno_items_and_blank_principals_are_those_of_ordinary_receipts(exact: Town) -> None:
    line = a_shift(exact)
    paid_in_cash(exact, line)
    blank = {"providerInn": " " * 12, "paymentAgentByProductType": 0}
    old = {"items": [{"sum": 15000} | blank], "stornoItems": [{"sum": 5000} | blank], "modifiers": []}
    exact.sandbox.faults.add({"kind": "patch_document", "match": match_of(line, "receipt"), "set": old})
    exact.load()
    assert exact.quarantine() == []
    (order,) = [one for one in exact.orders() if one["shift_id"] == shift_id(exact, line)]
    assert (order["amount"], order["credit_account"]) == (Decimal(100 * line["receipts"]), "90.01.1")


def test_items_that_do_not_add_up_are_still_found(exact: Town) -> None:
    line = a_shift(exact)
    paid_in_cash(exact, line)
    exact.sandbox.faults.add(
        {"kind": "patch_document", "match": match_of(line, "receipt"), "set": {"items": [{"sum": 15000}]}}
    )
    exact.load()
    assert {record["reason"] for record in exact.quarantine()} == {"total_not_its_items"}
    assert by_key(exact.shifts())[line["fiscal_drive_number"], line["shift_number"]]["outcome"] == "incomplete"
