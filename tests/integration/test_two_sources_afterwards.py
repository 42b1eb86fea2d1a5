"""What was decided between the two sources stays right when one of them changes, or comes back (DOMAIN 4, 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sandbox import MarketSettings, WorldSettings
from smena.decisions import links
from smena.decisions.conflicts import open_decisions, resolve
from smena.decisions.documents import ACCEPTED, mark
from smena.mandates.lifecycle import disable
from smena.model.reason_text import has
from smena.model.reasons import Reason
from smena.model.window import MARKET, OFD
from tests.integration.conftest import BuildTown
from tests.integration.two_sources import compare_with_truth
from tests.town import Town

FIRST, LAST = date(2025, 12, 1), date(2025, 12, 20)
WORLD = WorldSettings(
    first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=2, receipts_per_shift=6
).easy()
WORLD = replace(WORLD, correction_permille=0)
EASY = MarketSettings().easy()


def both(build_town: BuildTown, market: MarketSettings = EASY, **more: Any) -> Town:
    town = build_town(WORLD, behaviour={"market": market}, start=FIRST, **more)
    town.enable_market(FIRST)
    town.set_day(LAST + timedelta(days=1))
    return town


def live(town: Town, shift_id: str) -> list[dict[str, Any]]:
    return [row for row in town.orders() if row["shift_id"] == shift_id and row["status"] in ("new", "accepted")]


def waiting(town: Town) -> list[dict[str, Any]]:
    with town.warehouse.transaction() as transaction:
        return open_decisions(transaction, town.inn)


def decide(town: Town, decision: dict[str, Any], word: str) -> None:
    with town.warehouse.transaction() as transaction:
        resolve(transaction, decision["decision_id"], word, by="Анна", reason="the tape was looked at")


def accept(town: Town, orders: list[dict[str, Any]]) -> None:
    with town.warehouse.transaction() as transaction:
        mark(transaction, [str(row["document_id"]) for row in orders], status=ACCEPTED, by="Анна")


def shift_of(town: Town, shift_id: Any) -> dict[str, Any]:
    (found,) = [row for row in town.shifts() if row["shift_id"] == shift_id]
    return found


def key_of(shift: dict[str, Any]) -> dict[str, Any]:
    return {"fiscalDriveNumber": shift["fiscal_drive_number"], "shiftNumber": shift["shift_number"]}


def test_market_switched_on_again_from_a_later_date_leaves_its_former_orders_alone(build_town: BuildTown) -> None:
    town = both(build_town, replace(EASY, every_market_only=1))
    town.load(product=MARKET)
    before = town.books()
    assert before["orders"]
    with town.warehouse.transaction() as transaction:
        disable(transaction, inn=town.inn, product=MARKET, changed_by="test")
    town.enable_market(LAST - timedelta(days=2))
    town.load(product=MARKET)
    assert town.books() == before


def test_what_a_person_kept_from_market_is_not_booked_again_when_the_ofd_reports_other_sums(
    build_town: BuildTown,
) -> None:
    town = both(build_town, replace(EASY, unfiscal_permille=25))
    town.load(product=OFD)
    town.load(product=MARKET)
    decision = next(row for row in waiting(town) if row["kind"] == "conflict" and row["choices"][0] == "keep-ofd")
    decide(town, decision, "keep-market")
    fiscal = shift_of(town, decision["competing_shift_id"])
    match = {"type": "byShifts", **key_of(fiscal)}
    reported = int(fiscal["cash_income"] * 100) + 5_000
    change = {"sell.cashTotal": reported, "sell.total": 10**12}
    town.sandbox.faults.add({"kind": "patch_document", "match": match, "set": change})
    town.load(FIRST, LAST, product=OFD)
    booked = live(town, decision["shift_id"]) + live(town, decision["competing_shift_id"])
    assert {row["source"] for row in booked} == {"market"}
    assert any(
        {row["shift_id"], row["competing_shift_id"]} == {decision["shift_id"], decision["competing_shift_id"]}
        for row in waiting(town)
    )
    assert compare_with_truth(town).doubled == []


def a_late_report(town: Town) -> dict[str, Any]:
    """A shift of the last days with cash, which is booked from Market and which the OFD did not report yet."""
    town.load(FIRST, LAST - timedelta(days=5), product=OFD)
    town.load(product=MARKET)
    reported = next(
        row
        for row in town.sandbox.market_truth()
        if row["cash_income"] and row["closed_at"][:10] == str(LAST - timedelta(days=2))
    )
    (till,) = [row for row in town.shifts() if row["till_shift"] == reported["till_shift"]]
    assert [row["source"] for row in live(town, till["shift_id"])][:1] == ["market"]
    return till | {
        "key": {"fiscalDriveNumber": reported["fiscal_drive_number"], "shiftNumber": reported["shift_number"]},
        "kkt_reg_id": reported["kkt_reg_id"],
    }


def test_an_order_of_market_stays_until_the_ofd_has_the_whole_shift(build_town: BuildTown) -> None:
    town = both(build_town)
    till = a_late_report(town)
    (order,) = live(town, till["shift_id"])
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": {"type": "byShifts", **till["key"]}, "drop": ["shiftOpen"]}
    )
    town.sandbox.faults.add({"kind": "drop_document", "match": {"type": "receipt", **till["key"]}})
    town.load(product=OFD)
    town.load(product=MARKET)
    (fiscal,) = [
        row for row in town.shifts() if (row["fiscal_drive_number"], row["shift_number"]) == tuple(till["key"].values())
    ]
    assert fiscal["outcome"] == "incomplete"
    assert [row["number"] for row in live(town, till["shift_id"])] == [order["number"]]
    town.sandbox.faults.clear()
    town.load(product=OFD)
    (now,) = live(town, fiscal["shift_id"])
    assert (now["number"], now["source"], now["amount"]) == (order["number"], "ofd", order["amount"])
    assert (shift_of(town, till["shift_id"])["outcome"], compare_with_truth(town).doubled) == ("duplicate", [])


def test_an_accepted_order_of_market_and_a_shift_of_the_ofd_to_review_are_one_question(
    build_town: BuildTown,
) -> None:
    town = both(build_town, detail="receipts")
    till = a_late_report(town)
    accept(town, live(town, till["shift_id"]))
    sale = {"type": "receipt", "operationType": 1, **till["key"]}
    mixed = [{"name": "own"}, {"name": "of a principal", "paymentAgentType": 1}]
    town.sandbox.faults.add({"kind": "patch_document", "match": sale, "set": {"items": mixed}})
    town.load(product=OFD)
    (fiscal,) = [
        row for row in town.shifts()
        if (row["fiscal_drive_number"], row["shift_number"]) == tuple(till["key"].values())
    ]  # fmt: skip
    assert fiscal["outcome"] in ("needs_review", "conflict")
    (asked,) = [row for row in waiting(town) if fiscal["shift_id"] in (row["shift_id"], row["competing_shift_id"])]
    decide(town, asked, asked["choices"][0])
    assert len({row["source"] for row in live(town, fiscal["shift_id"]) + live(town, till["shift_id"])}) == 1
    assert compare_with_truth(town).doubled == []


def test_a_conflict_is_closed_when_the_ofd_reports_the_former_sums_again(build_town: BuildTown) -> None:
    town = both(build_town)
    till = a_late_report(town)
    accept(town, live(town, till["shift_id"]))
    match = {"type": "byShifts", **till["key"]}
    reported = int(till["cash_income"] * 100) + 5_000
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": match, "set": {"sell.cashTotal": reported, "sell.total": 10**12}}
    )
    town.load(product=OFD)
    (asked,) = waiting(town)
    assert asked["competing_shift_id"] == till["shift_id"]
    town.sandbox.faults.clear()
    town.load(FIRST, LAST, product=OFD)
    assert waiting(town) == []
    assert {row["status"] for row in live(town, asked["shift_id"])} == {"accepted"}
    assert shift_of(town, till["shift_id"])["outcome"] == "duplicate"
    assert (compare_with_truth(town).doubled, compare_with_truth(town).lost) == ([], [])


def linked(town: Town, till: dict[str, Any]) -> None:
    (true,) = {r["kkt_reg_id"] for r in town.sandbox.market_truth() if r["cashbox_id"] == till["cashbox_id"]}
    with town.warehouse.transaction() as transaction:
        known = {row["cashbox_id"] for row in links.links(transaction, town.inn) if row["state"] == "in_force"}
        if till["cashbox_id"] not in known:
            links.link(
                transaction, inn=town.inn, cashbox_id=till["cashbox_id"], kkt_reg_id=true, by="Анна", reason="seen"
            )


def test_a_shift_approved_from_market_is_not_booked_once_more_when_the_ofd_reports_it(build_town: BuildTown) -> None:
    town = both(build_town, replace(EASY, every_lookalike=1))
    town.sandbox.faults.add({"kind": "drop_document", "match": {"type": "closeShift"}})
    town.load(product=OFD)
    town.sandbox.faults.clear()
    town.load(product=MARKET)
    asked = next(row for row in waiting(town) if row["held"].get("cash_income"))
    decide(town, asked, "approve")
    till = shift_of(town, asked["shift_id"])
    assert live(town, till["shift_id"])
    town.load(FIRST, LAST, product=OFD)
    assert compare_with_truth(town).doubled == []
    linked(town, till)
    for product in (MARKET, OFD):
        town.load(FIRST, LAST, product=product)
    assert compare_with_truth(town).doubled == []


def test_market_s_order_stays_where_a_person_refused_the_ofd_s_shift_and_the_two_are_linked_later(
    build_town: BuildTown,
) -> None:
    town = both(build_town, replace(EASY, every_lookalike=1))
    town.disable()
    town.load(product=MARKET)
    town.enable(FIRST)
    town.load(FIRST, LAST, product=OFD)
    asked = next(row for row in waiting(town) if row["source"] == "ofd" and row["competing_shift_id"] is not None)
    till = shift_of(town, asked["competing_shift_id"])
    (order, *_) = live(town, till["shift_id"])
    decide(town, asked, "reject")
    linked(town, till)
    town.load(product=MARKET)
    assert order["number"] in {row["number"] for row in live(town, till["shift_id"])}


def test_the_review_of_a_shift_that_market_may_have_booked_says_so(build_town: BuildTown) -> None:
    town = both(build_town, replace(EASY, every_lookalike=1), detail="receipts")
    town.disable()
    town.load(product=MARKET)
    town.enable(FIRST)
    mixed = [{"name": "own"}, {"name": "of a principal", "paymentAgentType": 1}]
    town.sandbox.faults.add({"kind": "patch_document", "match": {"type": "receipt"}, "set": {"items": mixed}})
    tills = {row["till_shift"]: row["shift_id"] for row in town.shifts() if row["source"] == "market"}
    same = {
        (row["fiscal_drive_number"], row["shift_number"]): tills[row["till_shift"]]
        for row in town.sandbox.market_truth()
        if row["till_shift"] in tills
    }
    booked = 0
    for _ in range(2):
        town.load(FIRST, LAST, product=OFD)
        asked = [
            row
            for row in waiting(town)
            if row["source"] == "ofd" and has(row["reason"], Reason.RECEIPT_MIXES_PRINCIPALS)
        ]
        for row in asked:
            till = same.get((row["fiscal_drive_number"], row["shift_number"]))
            if till and live(town, till):
                booked += 1
                assert has(row["reason"], Reason.MARKET_MAY_HAVE_BOOKED)
                assert live(town, row["competing_shift_id"])
            assert row["reason"] == shift_of(town, row["shift_id"])["reason"]
    assert booked > 20
