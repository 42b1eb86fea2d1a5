"""VAT of orders that are made of totals: the truth to the kopeck, or unknown; and exact where a setting asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from smena.mandates.organizations import set_organization
from smena.model.money import written
from smena.model.window import Window
from smena.reconciliation.receipts import OF_TOTALS
from smena.reconciliation.reconcile import reconcile
from tests.integration.cli.shop import Shop
from tests.town import EASY, FIRST, Town, kopecks
from tests.unit.reports.pdf_text import Paper, squeezed

BuildTown = Callable[..., Town]

OPERATIONS = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")
LAST = FIRST + timedelta(days=40)
NEXT_MORNING = datetime(LAST.year, LAST.month, LAST.day, 6) + timedelta(days=1)
MOSTLY_CASH = replace(
    EASY, last_day=LAST, receipts_per_shift=4, cash_permille=850, advance_permille=40,
    refund_permille=60, correction_permille=0, every_two_taxations=2,
)  # fmt: skip

ALL_CASH = replace(
    MOSTLY_CASH, last_day=FIRST + timedelta(days=6), cash_permille=1000, mixed_permille=0, advance_permille=0
)


def paid_otherwise(town: Town) -> set[tuple[str, int, str]]:
    """Operations of shifts (ФН, number) of which a part was not paid in cash."""
    found = set()
    for register in town.sandbox.world.organizations[0].registers:
        money = register.ledger.receipts
        for row in (money.total != money.cash).nonzero()[0].tolist():
            shift = register.shifts[int(money.shift[row])]
            drive = register.drives[shift.drive_index].number
            found.add((drive, shift.number, OPERATIONS[int(money.operation[row]) - 1]))
    return found


def vat_by_operation(town: Town) -> dict[tuple[str, int, str], dict[str, int] | None]:
    """VAT by rate of the orders of each operation, as the truth names the rates; None where an order's is not known."""
    shifts = {row["shift_id"]: (row["fiscal_drive_number"], row["shift_number"]) for row in town.shifts()}
    found: dict[tuple[str, int, str], dict[str, int] | None] = {}
    for order in town.orders():
        key = (*shifts[order["shift_id"]], order["operation"])
        reported = found.setdefault(key, {})
        if order["vat"] is None or reported is None:
            assert order["vat_by_rate"] is None or reported is None
            found[key] = None
            continue
        assert kopecks(order["vat"]) == sum(order["vat_by_rate"].values())
        for rate, vat in order["vat_by_rate"].items():
            name = f"ndsCalculated{rate[11:]}" if rate.startswith("calculated_") else f"nds{rate}"
            reported[name] = reported.get(name, 0) + vat
    return found


def true_vat(town: Town) -> dict[tuple[str, int, str], dict[str, int]]:
    return {
        (*key, operation): line["cash_vat"].get(operation, {})
        for key, line in town.truth().items()
        for operation in OPERATIONS
        if line[operation]
    }


def test_vat_is_known_where_all_was_paid_in_cash_and_nowhere_else(build_town: BuildTown) -> None:
    town = build_town(MOSTLY_CASH)
    town.load()
    reported, truth, otherwise = vat_by_operation(town), true_vat(town), paid_otherwise(town)
    assert reported.keys() == truth.keys()
    known = {key: vat for key, vat in reported.items() if vat is not None}
    assert known == {key: vat for key, vat in truth.items() if key not in otherwise}
    assert 20 < len(known) < len(reported) - 10
    assert {"cash_income", "cash_refund"} <= {operation for _, _, operation in known}
    assert any("ndsCalculated20" in vat for vat in known.values())
    assert {row["detail"] for row in town.shifts()} == {"totals"}


def test_exact_reads_the_receipts_of_the_other_shifts_and_of_no_more(build_town: BuildTown) -> None:
    town = build_town(MOSTLY_CASH, vat="exact", now=NEXT_MORNING)
    town.load()
    assert vat_by_operation(town) == true_vat(town)
    otherwise = {key[:2] for key in paid_otherwise(town) & true_vat(town).keys()}
    by_receipts = {
        (row["fiscal_drive_number"], row["shift_number"]) for row in town.shifts() if row["detail"] == "receipts"
    }
    assert by_receipts == otherwise
    assert receipt_requests(town)
    assert_next_load_asks_no_receipts(town)


def test_a_setting_changed_later_revises_nothing_and_asks_for_nothing(build_town: BuildTown) -> None:
    town = build_town(MOSTLY_CASH, now=NEXT_MORNING)
    town.load()
    assert receipt_requests(town) == []
    with town.warehouse.transaction() as transaction:
        set_organization(transaction, town.inn, {"vat": "exact"}, by="test")
    assert_next_load_asks_no_receipts(town)


def assert_next_load_asks_no_receipts(town: Town) -> None:
    """The days of the last month are read again on the next morning, and what is booked of them stays as it is."""
    orders = town.orders()
    town.set_day(LAST + timedelta(days=2), hour=6)
    town.sandbox.requests.reset()
    town.load()
    assert town.sandbox.requests.count("by-shifts")
    assert receipt_requests(town) == []
    assert town.orders() == orders


def receipt_requests(town: Town) -> list[str]:
    lines = [unquote(line) for line in town.sandbox.requests.lines]
    return [line for line in lines if ",receipt," in line]


NOTHING_OF_VAT = [
    {"drop": ["sell.nds"]},
    {"set": {"sell.nds": None}},
    {"set": {"sell.nds": {}, "sell.totalWithNdsFree": 0}},
    {"set": {"sell.nds.rate20": 1}, "alone": True},
    {"drop": ["sell.total"]},
]


@pytest.mark.few_cases(2)
@pytest.mark.parametrize("damage", NOTHING_OF_VAT, ids=str)
def test_totals_without_vat_make_orders_without_vat(build_town: BuildTown, damage: dict[str, Any]) -> None:
    town = build_town(ALL_CASH)
    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "byShifts"}, **damage})
    town.load()
    reported = vat_by_operation(town)
    assert reported.keys() == true_vat(town).keys()
    assert {vat for (_, _, operation), vat in reported.items() if operation == "cash_income"} == {None}
    assert town.quarantine() == []


def test_totals_that_report_another_vat_later_are_named_and_loading_the_day_again_takes_it(
    build_town: BuildTown,
) -> None:
    town = build_town(ALL_CASH)
    town.load()
    # One kopeck more is within the rounding of many receipts: the totals still account for themselves.
    with_vat = [line for line in town.truth().values() if line["cash_vat"].get("cash_income", {}).get("nds20")]
    line = max(with_vat, key=lambda one: one["receipts"])
    day, vat = date.fromisoformat(line["closed_at"][:10]), line["cash_vat"]["cash_income"]["nds20"]
    window = Window(FIRST, ALL_CASH.last_day)
    assert reconcile(town.context, town.inn, run_id="test", window=window, is_full=False).differences == []

    match = {"type": "byShifts", "kktRegId": line["kkt_reg_id"], "shiftNumber": line["shift_number"]}
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": match, "set": {"sell.nds.rate20": vat + 1}, "alone": True}
    )
    (found,) = reconcile(town.context, town.inn, run_id="test", window=window, is_full=False).differences
    assert (found["kind"], found["kkt_reg_id"], found["day"], found["cause"]) == (
        "vat", line["kkt_reg_id"], day, OF_TOTALS
    )  # fmt: skip
    assert [(rate["rate"], rate["ours"], rate["vat"]) for rate in found["details"]["rates"]] == [("20", vat, vat + 1)]

    town.load(day, day)
    key = (line["fiscal_drive_number"], line["shift_number"], "cash_income")
    assert (vat_by_operation(town)[key] or {})["nds20"] == vat + 1
    assert reconcile(town.context, town.inn, run_id="test", window=window, is_full=False).differences == []


def test_the_vat_of_totals_is_printed_and_what_is_not_known_is_a_blank(build_town: BuildTown, tmp_path: Path) -> None:
    shop = Shop(build_town(MOSTLY_CASH))
    shop.town.load()
    orders = [order for order in shop.town.orders() if order["kind"] == "pko"]
    known = next(order for order in orders if order["vat"])
    unknown = next(order for order in orders if order["vat"] is None)
    texts = []
    for order in (known, unknown):
        file = tmp_path / f"{order['number']}.pdf"
        assert shop.cli.here("print", str(order["document_id"]), "--out", str(file)).code == 0
        texts.append(Paper(file.read_bytes()).text())
    assert squeezed(f"НДС 20 % {written(known['vat'])} руб.") in texts[0]
    assert "НДС" not in texts[1]
