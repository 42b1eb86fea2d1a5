"""The invented world is deterministic, and the rules of honest fiscal data (R1..R8) hold in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from sandbox import OrganizationSpec, World, WorldSettings, build_world, truth_of_days, truth_of_shifts
from sandbox.documents import render_document
from sandbox.identity import valid_inn
from sandbox.ledger import KIND
from sandbox.totals import totals_by_days, totals_by_shifts
from sandbox.world import Register

LATER = datetime(2027, 1, 1)
SETTINGS = WorldSettings(organizations=4, registers_per_organization=5, receipts_per_shift=12)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(SETTINGS)


def registers(world: World) -> list[Register]:
    return [register for organization in world.organizations for register in organization.registers]


def read_all(world: World, place: int, index: int) -> list[tuple[str, dict[str, Any]]]:
    organization = world.organizations[place]
    register = organization.registers[index]
    rendered = (render_document(organization, register, i) for i in range(len(register.ledger.kind)))
    return [next(iter(document.items())) for document in rendered]


def test_equal_settings_give_an_equal_world_and_another_seed_another_one(world: World) -> None:
    assert truth_of_shifts(build_world(SETTINGS), LATER) == truth_of_shifts(world, LATER)
    assert truth_of_shifts(build_world(replace(SETTINGS, seed=8)), LATER) != truth_of_shifts(world, LATER)


def test_an_organization_may_be_named_and_a_wrong_inn_is_refused() -> None:
    spec = OrganizationSpec(inn="9601000019", name="ООО Витрина", kpp="960101001", registers=2)
    (named,) = build_world(replace(SETTINGS, organizations=[spec])).organizations
    assert (named.inn, named.short_name, named.kpp, len(named.registers)) == (
        "9601000019", "ООО Витрина", "960101001", 2,
    )  # fmt: skip
    with pytest.raises(ValueError, match="INN"):
        build_world(replace(SETTINGS, organizations=[OrganizationSpec(inn="9601000012")]))


def test_identifiers_are_well_formed(world: World) -> None:
    assert all(valid_inn(one.inn) for one in world.organizations)
    assert [len(one.inn) for one in world.organizations] == [10, 10, 10, 12]
    numbers = [one.reg_number for one in registers(world)]
    drives = [drive.number for one in registers(world) for drive in one.drives]
    assert {len(n) for n in numbers} == {len(n) for n in drives} == {16}
    assert len(set(numbers)) == len(numbers) and len(set(drives)) == len(drives)


def test_every_receipt_is_paid_exactly_and_its_parts_sum_to_it(world: World) -> None:
    for register in registers(world):
        money = register.ledger.receipts
        paid = money.cash + money.ecash + money.prepaid + money.postpaid + money.consideration
        assert (paid == money.total).all()
        assert (sum(money.turnover.values()) + money.no_vat == money.total).all()
        for column in (money.cash, money.ecash, money.prepaid, money.no_vat, *money.turnover.values()):
            assert column.min() >= 0


def test_documents_run_without_a_gap_and_the_z_report_counts_them(world: World) -> None:
    for place, index in ((0, 1), (0, 2), (1, 0), (3, 2)):
        numbers: dict[str, list[int]] = defaultdict(list)
        shifts: dict[str, list[int]] = defaultdict(list)
        opened, receipts = 0, 0
        for kind, fields in read_all(world, place, index):
            drive, number = fields["fiscalDriveNumber"], fields["fiscalDocumentNumber"]
            numbers[drive].append(number)
            if kind == "openShift":
                opened, receipts = number, 0
            elif kind in ("receipt", "bso", "receiptCorrection", "bsoCorrection"):
                receipts += 1
                assert fields["requestNumber"] == receipts
                if "items" in fields:
                    assert sum(item["sum"] for item in fields["items"]) == fields["totalSum"]
                    assert all(item["price"] * item["quantity"] == item["sum"] for item in fields["items"])
            elif kind == "closeShift":
                shifts[drive].append(fields["shiftNumber"])
                assert fields["receiptsQuantity"] == receipts
                assert fields["documentsQuantity"] == number - opened + 1
        for run in (*numbers.values(), *shifts.values()):
            assert run == list(range(1, len(run) + 1))


def test_shift_totals_day_totals_and_receipts_agree(world: World) -> None:
    for register in registers(world):
        end, money = len(register.ledger.kind), register.ledger.receipts
        shifts = [entry for _, entry in totals_by_shifts(register, 0, end, corrections=True)]
        days = totals_by_days(register, 0, end, corrections=True)
        for operation, name in enumerate(("sell", "returnSell", "buy", "returnBuy"), start=1):
            rows = money.operation == operation
            for field, column in (("cashTotal", money.cash), ("cashlessTotal", money.ecash), ("total", money.total)):
                expected = int(column[rows].sum())
                assert sum(entry[name][field] for entry in shifts) == expected
                assert sum(entry[name][field] for entry in days) == expected


def test_receipts_lie_inside_their_shift_and_documents_are_transmitted_in_order(world: World) -> None:
    for register in registers(world):
        ledger = register.ledger
        assert (np.diff(ledger.formed_s) >= 0).all()
        assert (np.diff(ledger.received_s) >= 0).all()
        assert (ledger.received_s >= ledger.formed_s - register.utc_offset_h * 3600).all()


def test_a_late_register_delivers_days_after_but_within_thirty(world: World) -> None:
    delays = []
    for register in registers(world):
        ledger = register.ledger
        delays.append(int((ledger.received_s + register.utc_offset_h * 3600 - ledger.formed_s).max()))
    assert any(delay > 5 * 86_400 for delay in delays)
    assert max(delays) <= 30 * 86_400


def test_a_replaced_drive_starts_its_numbers_again(world: World) -> None:
    replaced = [one for one in registers(world) if len(one.drives) == 2]
    assert replaced
    for register in replaced:
        first_of_new = next(shift.number for shift in register.shifts if shift.drive_index == 1)
        assert first_of_new == 1
        assert KIND["closeArchive"] in register.ledger.kind


def test_the_world_holds_the_hard_cases(world: World) -> None:
    shifts = [(register, shift) for register in registers(world) for shift in register.shifts]
    days = [(one.opened_at_s // 86_400, one.closed_at_s // 86_400) for _, one in shifts]
    assert any(closed == opened + 1 for opened, closed in days)
    assert any(closed >= opened + 2 for opened, closed in days)
    opened = [(register.reg_number, one.opened_at_s // 86_400) for register, one in shifts]
    assert len(set(opened)) < len(opened)
    lines = truth_of_shifts(world, LATER)
    assert any(line["receipts"] == 0 for line in lines)
    assert any(line["receipts"] and not any(line[f"cash_{way}"] for way in ("income", "refund")) for line in lines)
    assert any(line["corrections"] for line in lines)
    assert any(part["agent"] for line in lines for part in line["cash_split"])
    assert any(len({part["taxation"] for part in line["cash_split"]}) > 1 for line in lines)
    assert any(line["cash_refund"] > line["cash_income"] for line in lines)
    assert any(one.kpp != world.organizations[0].kpp for one in world.organizations[0].registers)
    rates = {rate for line in lines for by_rate in line["cash_vat"].values() for rate in by_rate}
    assert {"nds20", "nds22", "nds10", "nds5", "ndsCalculated20"} <= rates


def test_vat_is_twenty_before_new_year_and_twenty_two_from_it(world: World) -> None:
    new_year = 20_454 * 86_400
    assert (date(1970, 1, 1).toordinal() + 20_454) == date(2026, 1, 1).toordinal()
    for register in registers(world):
        ledger = register.ledger
        formed = ledger.formed_s[ledger.receipt >= 0]
        assert not ledger.receipts.turnover[22][formed < new_year].any()
        assert not ledger.receipts.turnover[20][formed >= new_year].any()


def test_truth_is_the_sum_of_the_receipts_and_its_parts_sum_to_it(world: World) -> None:
    organization = world.organizations[0]
    cash: dict[tuple[str, int], int] = defaultdict(int)
    vat: dict[tuple[str, int], int] = defaultdict(int)
    for _, fields in read_all(world, 0, 1):
        if fields.get("operationType") == 1:
            key = (fields["fiscalDriveNumber"], fields["shiftNumber"])
            cash[key] += fields["cashTotalSum"]
            share, total = fields["cashTotalSum"], fields["totalSum"]
            vat[key] += (2 * fields.get("nds20", 0) * share + total) // (2 * total)
    lines = [
        line for line in truth_of_shifts(world, LATER, organization.inn)
        if line["kkt_reg_id"] == organization.registers[1].reg_number
    ]  # fmt: skip
    assert len(lines) == len(organization.registers[1].shifts)
    for line in lines:
        key = (line["fiscal_drive_number"], line["shift_number"])
        assert line["cash_income"] == cash[key]
        assert line["cash_vat"].get("cash_income", {}).get("nds20", 0) == vat[key]
        parts = [part["cash_kopecks"] for part in line["cash_split"] if part["operation"] == "cash_income"]
        assert sum(parts) == line["cash_income"]


def test_truth_knows_only_what_was_received_and_sums_by_days(world: World) -> None:
    now = datetime(2025, 12, 10, 12)
    known = truth_of_shifts(world, now)
    assert known == [line for line in truth_of_shifts(world, LATER) if line["received_at"] <= now.isoformat()]
    days = truth_of_days(known)
    assert sum(day["cash_income"] for day in days) == sum(line["cash_income"] for line in known)
    assert sum(day["shifts"] for day in days) == len(known)


def test_an_easy_world_has_one_ordinary_shift_a_day() -> None:
    easy = build_world(replace(SETTINGS, organizations=1).easy())
    for register in easy.organizations[0].registers:
        assert len(register.shifts) == 92
        assert len(register.drives) == 1 and not register.outages
