"""What cannot come any more (DOMAIN 5) is named with its cash, and a person settles it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from smena.decisions.conflicts import open_decisions, resolve
from smena.decisions.periods import close_period
from smena.messages import translate
from smena.model.answers import APPROVE, REJECT, REVERSE
from smena.model.reason_text import parse_all
from smena.model.reasons import Reason
from smena.model.window import Window
from smena.reconciliation.reconcile import ReconcileResult, reconcile
from tests.town import EASY, Town, kopecks

BuildTown = Callable[..., Town]
START, END = date(2026, 1, 20), date(2026, 1, 29)
WHOLE = Window(START, END)
DEAD = replace(
    EASY, first_day=START, last_day=END, every_dead_drive=2, registers_per_organization=2, receipts_per_shift=6
)
NOW = datetime(2026, 2, 2, 12)
CASH = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")


@pytest.fixture
def town(build_town: BuildTown) -> Town:
    return build_town(DEAD, start=START, now=NOW)


def prove(town: Town, window: Window = WHOLE) -> ReconcileResult:
    return reconcile(town.context, town.inn, run_id="test", window=window)


def unclosed(town: Town) -> dict[str, Any]:
    (one,) = town.sandbox.truth(unclosed=True)
    return one


def key_of(fields: dict[str, Any]) -> tuple[str, int]:
    return fields["fiscal_drive_number"], fields["shift_number"]


def of_shift(fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"fiscalDriveNumber": fields["fiscal_drive_number"], "shiftNumber": fields["shift_number"], **more}


def waiting(town: Town) -> dict[tuple[str, int], dict[str, Any]]:
    return {key_of(row): row for row in open_decisions(town.warehouse, town.inn)}


def shift_of(town: Town, fields: dict[str, Any]) -> dict[str, Any]:
    return next(row for row in town.shifts() if key_of(row) == key_of(fields))


def settle(town: Town, decision: dict[str, Any], word: str) -> list[dict[str, Any]]:
    with town.warehouse.transaction() as transaction:
        return resolve(transaction, decision["decision_id"], word, by="Иванова", reason="ФН сгорел").issued


def sums(facts: dict[str, Any]) -> dict[str, int | None]:
    return {name: kopecks(Decimal(str(facts[name]))) for name in CASH}


def cash_of(fields: dict[str, Any]) -> int:
    return sum(sign * fields[name] for sign, name in zip((1, -1, -1, 1), CASH, strict=True))


def quiet(found: ReconcileResult) -> bool:
    return not found.lacking and not found.differences and "open" not in found.verdicts


def test_a_drive_that_fails_with_an_open_shift_is_named_with_its_cash(town: Town) -> None:
    town.load()
    before = town.books()
    found = prove(town)
    lost = unclosed(town)
    (decision,) = waiting(town).values()
    assert key_of(decision) == key_of(lost)
    assert decision["kkt_reg_id"] == lost["kkt_reg_id"]
    assert sums(decision["held"]) == {name: lost[name] for name in CASH}
    assert parse_all(decision["reason"]) == [
        (Reason.DRIVE_REPLACED_BEFORE_CLOSING, {}),
        (Reason.CASH_OF_RECEIPTS, {"amount": cash_of(lost)}),
    ]
    row = shift_of(town, lost)
    assert (row["outcome"], row["fiscal_document_number"]) == ("needs_review", None)
    assert row["opened_at"].isoformat() == lost["opened_at"]
    assert town.books()["orders"] == before["orders"]
    assert quiet(found)
    town.load()
    assert quiet(prove(town))
    assert len(waiting(town)) == 1
    assert town.books()["orders"] == before["orders"]


def test_a_person_books_it_from_its_receipts_once(town: Town) -> None:
    town.load()
    prove(town)
    lost = unclosed(town)
    (decision,) = waiting(town).values()
    issued = settle(town, decision, APPROVE)
    assert sum(kopecks(one["amount"]) or 0 for one in issued) == sum(lost[name] for name in CASH)
    assert {str(one["date"]) for one in issued} == {lost["closed_at"][:10]}
    bases = {row["basis"] for row in town.orders() if row["shift_id"] == shift_of(town, lost)["shift_id"]}
    assert len(bases) == 1
    assert "без отчёта о закрытии (ФН заменён), последний документ" in bases.pop()
    orders = town.orders()
    town.load()
    assert quiet(prove(town))
    assert (town.orders(), waiting(town)) == (orders, {})
    row = shift_of(town, lost)
    assert row["outcome"] == "issued"
    assert "Иванова" in row["reason"]
    assert "ФН сгорел" in row["reason"]


def test_a_person_closes_it_as_lost_and_nobody_is_asked_again(town: Town) -> None:
    town.load()
    before = town.orders()
    prove(town)
    (decision,) = waiting(town).values()
    assert settle(town, decision, REJECT) == []
    town.load()
    assert quiet(prove(town))
    assert (town.orders(), waiting(town)) == (before, {})
    row = shift_of(town, unclosed(town))
    assert row["outcome"] == "rejected"
    assert parse_all(row["reason"]) == [(Reason.REJECTED_BY, {"by": "Иванова", "text": "ФН сгорел"})]


@pytest.mark.few_cases(1)
@pytest.mark.parametrize("damage", ["opening", "opening in totals", "all totals", "window begins later"])
def test_it_is_found_whatever_else_of_it_is_lost(town: Town, damage: str) -> None:
    lost = unclosed(town)
    patch = {"kind": "patch_document", "match": {"type": "byShifts", "shiftNumber": lost["shift_number"]}}
    fault: dict[str, Any] = {
        "opening": {"kind": "drop_document", "match": of_shift(lost, type="openShift")},
        "opening in totals": patch | {"drop": ["shiftOpen"], "register": lost["kkt_reg_id"]},
        "all totals": {"kind": "drop_document", "match": of_shift(lost, type="byShifts")},
        "window begins later": {},
    }[damage]
    if fault:
        town.sandbox.faults.add(fault)
    town.load()
    later = Window(date.fromisoformat(lost["closed_at"][:10]) + timedelta(days=1), END)
    prove(town, later if damage == "window begins later" else WHOLE)
    decisions = waiting(town)
    assert set(decisions) == {key_of(lost)}
    assert sums(decisions[key_of(lost)]["held"]) == {name: lost[name] for name in CASH}


def closing_of(town: Town, lost: dict[str, Any]) -> dict[str, Any]:
    """A closing report that the operator delivers after all."""
    register = town.sandbox.world.organizations[0].register(lost["kkt_reg_id"])
    assert register
    shift = next(one for one in register.shifts if one.is_unclosed)
    closed_at = lost["closed_at"]
    report = {
        "id": "a-late-closing", "userInn": lost["organization_inn"], "kktRegId": lost["kkt_reg_id"],
        "fiscalDriveNumber": lost["fiscal_drive_number"], "shiftNumber": lost["shift_number"],
        "fiscalDocumentNumber": shift.close_number, "fiscalSign": 1234567, "dateTime": closed_at,
        "receiveDateTimeUtc": closed_at, "receiptsQuantity": lost["receipts"],
        "documentsQuantity": shift.documents + 1,
    }  # fmt: skip
    return {"kind": "extra_documents", "register": lost["kkt_reg_id"], "documents": [{"closeShift": report}]}


@pytest.mark.few_cases(1)
@pytest.mark.parametrize("word", ["", APPROVE, REJECT])
def test_a_closing_that_comes_after_all_makes_no_second_order(town: Town, word: str) -> None:
    town.load()
    before = town.orders()
    prove(town)
    lost = unclosed(town)
    (decision,) = waiting(town).values()
    if word:
        settle(town, decision, word)
    booked = town.orders()
    town.sandbox.faults.add(closing_of(town, lost))
    day = date.fromisoformat(lost["closed_at"][:10])
    town.load(day)
    row = shift_of(town, lost)
    assert [one["reason"] for one in town.quarantine()] == []
    if word == REJECT:
        # It was closed as lost, and it is not: the person is asked again, now with the closing report.
        assert row["outcome"] == "conflict"
        assert town.orders() == before
        town.load(day)
        assert set(waiting(town)) == {key_of(lost)}
        return
    assert (row["outcome"], row["fiscal_document_number"] is not None) == ("issued", True)
    assert waiting(town) == {}
    amounts = [one["amount"] for one in town.orders() if one["shift_id"] == row["shift_id"] and one["status"] == "new"]
    assert sum(kopecks(one) or 0 for one in amounts) == sum(lost[name] for name in CASH)
    if word == APPROVE:
        assert [one["document_id"] for one in town.orders()] == [one["document_id"] for one in booked]


def test_a_closing_of_a_lost_shift_in_a_closed_period_is_asked_about_and_booked_on_the_first_open_day(
    town: Town,
) -> None:
    town.load()
    prove(town)
    lost = unclosed(town)
    (decision,) = waiting(town).values()
    settle(town, decision, REJECT)
    day = date.fromisoformat(lost["closed_at"][:10])
    with town.warehouse.transaction() as transaction:
        close_period(transaction, inn=town.inn, through=day, closed_by="Иванова", reason="январь сдан")
    before = town.orders()
    town.sandbox.faults.add(closing_of(town, lost))
    for _ in range(2):
        town.load(day)
        assert shift_of(town, lost)["outcome"] == "rejected"
        assert town.orders() == before
        (news,) = waiting(town).values()
    settle(town, news, REVERSE)
    row = shift_of(town, lost)
    own = [one for one in town.orders() if one["shift_id"] == row["shift_id"]]
    assert row["outcome"] == "issued"
    assert {one["date"] for one in own} == {day + timedelta(days=1)}
    assert sum(kopecks(one["amount"]) or 0 for one in own) == sum(lost[name] for name in CASH)
    town.load(day)
    assert [one for one in town.orders() if one["shift_id"] == row["shift_id"]] == own
    assert waiting(town) == {}


def test_more_receipts_that_come_later_renew_the_question(town: Town) -> None:
    lost = unclosed(town)
    town.load()
    drop = {"kind": "drop_document", "match": of_shift(lost, type="receipt"), "times": 1}
    town.sandbox.faults.add(drop)
    prove(town)
    (first,) = waiting(town).values()
    read = {"read": lost["receipts"] - 1, "expected": lost["receipts"]}
    assert (Reason.RECEIPTS_NOT_WHOLE, read) in parse_all(first["reason"])
    town.sandbox.faults.clear()
    prove(town)
    (second,) = waiting(town).values()
    assert second["decision_id"] != first["decision_id"]
    assert sums(second["held"]) == {name: lost[name] for name in CASH}


def test_a_shift_that_is_open_on_a_drive_in_use_asks_nobody(build_town: BuildTown) -> None:
    """The last shift before now is open, and no newer drive works: nothing is asked, the day waits."""
    town = build_town(replace(DEAD, every_dead_drive=0, every_replaced_drive=1), start=START, now=NOW)
    last = max(town.truth().values(), key=lambda one: one["closed_at"])
    middle = datetime.fromisoformat(last["opened_at"]) + timedelta(hours=1)
    town.sandbox.set_now(middle - timedelta(hours=3))
    town.load()
    prove(town, Window(START, date.fromisoformat(last["opened_at"][:10]) - timedelta(days=1)))
    assert waiting(town) == {}


def test_a_shift_lost_with_a_drive_that_was_replaced_long_ago_waits_for_a_person(build_town: BuildTown) -> None:
    town = build_town(
        replace(DEAD, every_dead_drive=0, every_replaced_drive=1), start=START, now=datetime(2026, 4, 20, 12)
    )
    by_drive: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(town.truth().values(), key=lambda one: one["closed_at"]):
        by_drive.setdefault(one["fiscal_drive_number"], []).append(one)
    old = next(shifts for shifts in by_drive.values() if len(shifts) > 2 and shifts[0]["closed_at"][:10] == str(START))
    lost = old[1]
    town.sandbox.faults.add({"kind": "drop_document", "match": of_shift(lost, type="closeShift")})
    town.load()
    before = town.orders()
    prove(town)
    (decision,) = waiting(town).values()
    assert key_of(decision) == key_of(lost)
    assert [code for code, _ in parse_all(decision["reason"])][:2] == [
        Reason.CLOSING_REPORT_LOST,
        Reason.CASH_OF_RECEIPTS,
    ]
    assert sums(decision["held"]) == {name: lost[name] for name in CASH}
    assert town.orders() == before
    settle(town, decision, REJECT)
    town.load()
    found = prove(town)
    assert (found.lacking, waiting(town), town.orders()) == ([], {}, before)
    assert [gap for gap in town.gaps() if gap["reason"] == "missing_shift"] == []


def test_a_shift_opened_before_the_permission_waits_for_a_person_with_what_can_be_read(build_town: BuildTown) -> None:
    world = replace(DEAD, every_dead_drive=0, every_night=1, registers_per_organization=1, every_permission_window=1)
    town = build_town(world, start=START, now=NOW)
    town.load()
    (cut,) = [row for row in town.shifts() if row["outcome"] == "incomplete"]
    found = prove(town)
    (decision,) = waiting(town).values()
    assert key_of(decision) == key_of(cut)
    assert [code for code, _ in parse_all(decision["reason"])][:2] == [
        Reason.OPENED_BEFORE_PERMISSION,
        Reason.CASH_OF_RECEIPTS,
    ]
    assert [row["verdict"] for row in found.lacking] == ["out_of_reach"] * len(found.lacking)
    orders = town.orders()
    town.load()
    assert (set(waiting(town)), town.orders()) == ({key_of(cut)}, orders)
    settle(town, decision, REJECT)
    town.load(cut["closed_at"].date())
    found = prove(town)
    assert "cut_by_permission" not in str(found.lacking)
    assert (shift_of(town, cut)["outcome"], waiting(town)) == ("rejected", {})


def test_two_receipts_of_222_and_55_roubles_and_no_closing_are_277_roubles_for_a_person(build_town: BuildTown) -> None:
    world = replace(DEAD, registers_per_organization=1, receipts_per_shift=4, cash_permille=1000, refund_permille=0)
    town = build_town(
        replace(world, payout_permille=0, correction_permille=0, advance_permille=0), start=START, now=NOW
    )
    lost = unclosed(town)
    register = town.sandbox.world.organizations[0].registers[0]
    first = next(one for one in register.shifts if one.is_unclosed).open_number + 1
    for place in range(lost["receipts"]):
        match = of_shift(lost, type="receipt", fiscalDocumentNumber=first + place)
        if place > 1:
            town.sandbox.faults.add({"kind": "drop_document", "match": match})
            continue
        kopecks_of = (22_200, 5_500)[place]
        sums_of = {"totalSum": kopecks_of, "cashTotalSum": kopecks_of, "ecashTotalSum": 0, "ndsNo": kopecks_of}
        rates = [f"nds{rate}" for rate in (5, 7, 10, 18, 20, 22)]
        fault = {"kind": "patch_document", "match": match, "set": sums_of, "drop": ["items", *rates]}
        town.sandbox.faults.add(fault)
    totals = {"sell.cashTotal": 27_700, "sell.cashlessTotal": 0, "sell.total": 27_700, "sell.count": 2}
    town.sandbox.faults.add({"kind": "patch_document", "match": of_shift(lost, type="byShifts"), "set": totals})
    town.load()
    before = town.orders()
    prove(town)
    (decision,) = waiting(town).values()
    assert parse_all(decision["reason"])[1] == (Reason.CASH_OF_RECEIPTS, {"amount": 27_700})
    assert translate(decision["reason"]) == "ФН заменён до закрытия смены; наличные по чекам: 277,00"
    assert town.orders() == before
    issued = settle(town, decision, APPROVE)
    assert [(one["kind"], kopecks(one["amount"])) for one in issued] == [("pko", 27_700)]
    assert quiet(prove(town))
