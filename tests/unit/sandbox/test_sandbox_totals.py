"""by-shifts and by-days: whole and partial sums, and their agreement with the receipts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

NIGHT = 3  # in this world the fourth register works past midnight
SECTIONS = ("sell", "returnSell", "buy", "returnBuy")


def cash(entry: dict[str, Any]) -> list[int]:
    return [entry[name]["cashTotal"] for name in SECTIONS]


def cash_of_receipts(documents: list[dict[str, Any]]) -> list[int]:
    fields = [next(iter(document.values())) for document in documents]
    return [sum(one["cashTotalSum"] for one in fields if one["operationType"] == way) for way in (1, 2, 3, 4)]


def test_whole_shifts_have_both_ends_and_equal_their_receipts_by_operation(client: Any) -> None:
    path = client.path()
    by_shift: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for document in client.every(path, types="receipt,bso,receiptCorrection,bsoCorrection"):
        by_shift[next(iter(document.values()))["shiftNumber"]].append(document)
    shifts = client.shifts(path)
    assert shifts
    for entry in shifts:
        assert entry.keys() >= {"shiftOpen", "shiftClose"}
        assert "fiscalDriveNumber" not in entry
        assert cash(entry) == cash_of_receipts(by_shift[entry["shiftNumber"]])
        assert sum(entry[name]["count"] for name in SECTIONS) == len(by_shift[entry["shiftNumber"]])


def test_a_shift_across_the_windows_edge_has_only_the_sums_inside_it(client: Any) -> None:
    path = client.path(register=NIGHT)
    whole = next(one for one in client.shifts(path) if one["shiftOpen"][:10] < one["shiftClose"][:10])
    day, next_day = whole["shiftOpen"][:10], whole["shiftClose"][:10]
    opening = next(one for one in client.shifts(path, day, day) if one["shiftNumber"] == whole["shiftNumber"])
    closing = next(one for one in client.shifts(path, next_day, next_day) if one["shiftNumber"] == whole["shiftNumber"])
    assert "shiftOpen" in opening and "shiftClose" not in opening
    assert "shiftOpen" not in closing and "shiftClose" in closing
    assert [a + b for a, b in zip(cash(opening), cash(closing), strict=True)] == cash(whole)
    assert closing["sell"]["count"] > 0


def test_one_window_may_hold_two_shifts_of_one_number(client: Any) -> None:
    numbers = [one["shiftNumber"] for one in client.shifts(client.path(register=1))]
    assert len(set(numbers)) < len(numbers)


def test_a_shift_without_receipts_is_there_with_zeros(visit: Callable[..., Any]) -> None:
    client = visit(world={"shift_empty_permille": 1000})
    shifts = client.shifts(client.path())
    assert shifts and all(cash(one) == [0, 0, 0, 0] for one in shifts)


def test_no_documents_no_shifts_and_no_days(client: Any) -> None:
    query = {"from": "2024-01-01", "to": "2024-01-02"}
    statistics = f"{client.path()}/statistics/cash-receipt"
    assert client.ask(f"{statistics}/by-shifts", **query).json() == {"shifts": []}
    assert client.ask(f"{statistics}/by-days", **query).json() == {"items": []}


def test_days_sum_to_the_shifts_and_registers_to_the_organization(client: Any) -> None:
    organization = client.sandbox.world.organizations[0]
    query = {"from": "2025-12-01", "to": "2026-01-20"}
    total = [0, 0, 0, 0]
    for index in range(len(organization.registers)):
        path = client.path(register=index)
        days = client.ask(f"{path}/statistics/cash-receipt/by-days", **query).json()["items"]
        summed = [sum(column) for column in zip(*map(cash, days), strict=True)]
        assert summed == [sum(column) for column in zip(*map(cash, client.shifts(path)), strict=True)]
        total = [a + b for a, b in zip(total, summed, strict=True)]
    whole = client.ask(f"/v2/organizations/{organization.id}/statistics/cash-receipt/by-days", **query).json()["items"]
    assert [sum(column) for column in zip(*map(cash, whole), strict=True)] == total
    assert [one["date"] for one in whole] == sorted({one["date"] for one in whole})


def test_corrections_may_be_outside_the_totals(visit: Callable[..., Any]) -> None:
    world = {"correction_permille": 200}
    inside, outside = visit(world=world), visit(world=world, corrections_in_totals=False)
    path = inside.path()
    corrected = cash_of_receipts(inside.every(path, types="receiptCorrection,bsoCorrection"))
    with_them = [sum(column) for column in zip(*map(cash, inside.shifts(path)), strict=True)]
    without = [sum(column) for column in zip(*map(cash, outside.shifts(path)), strict=True)]
    assert corrected[0] > 0
    assert [a - b for a, b in zip(with_them, without, strict=True)] == corrected


def test_the_new_rate_of_2026_appears_under_keys_of_its_own(client: Any) -> None:
    old = client.shifts(client.path(), "2025-12-05", "2025-12-15")
    new = client.shifts(client.path(), "2026-01-05", "2026-01-14")
    assert sum(one["sell"]["nds"]["rate20"] for one in old) > 0
    assert sum(one["sell"]["nds"]["rate22"] for one in old) == 0
    assert sum(one["sell"]["nds"]["rate20"] for one in new) == 0
    assert sum(one["sell"]["nds"]["rate22"] for one in new) > 0


def test_the_truth_over_http_equals_the_totals_of_whole_shifts(client: Any) -> None:
    organization = client.sandbox.world.organizations[0]
    truth = client.ask("/_sandbox/truth", inn=organization.inn).json()
    assert truth["shifts"] == client.sandbox.truth(organization.inn)
    assert truth["days"] == client.sandbox.truth_by_days(organization.inn)
    register = organization.registers[0].reg_number
    lines = [line for line in truth["shifts"] if line["kkt_reg_id"] == register]
    names = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")
    assert [[line[name] for name in names] for line in lines] == [cash(one) for one in client.shifts(client.path())]
    assert client.ask("/_sandbox/truth", inn="0000000000").status_code == 404
