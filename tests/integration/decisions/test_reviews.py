"""Shifts that need a review: approved, they are booked from their sums; rejected, they are never booked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from smena.model.errors import WrongUse
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from tests.integration.decisions.deciding import FIRST, MORE, WEEK, Office
from tests.town import Town

DAY = date(2025, 12, 29)


@pytest.fixture
def office(build_town: Callable[..., Town]) -> Office:
    """Receipts and totals of one shift report different cash: a person must decide."""
    town = build_town(WEEK, start=FIRST, detail="receipts")
    line = next(one for one in town.truth().values() if one["closed_at"][:10] == str(DAY) and one["cash_income"])
    office = Office(town)
    office.report_changed(line | {"cash_income": line["cash_income"] / 100}, MORE)
    town.load()
    return office


def shift_in_review(office: Office) -> dict[str, object]:
    (waiting,) = office.waiting()
    (shift,) = [one for one in office.town.shifts() if one["shift_id"] == waiting["shift_id"]]
    return shift


def test_a_shift_that_needs_a_review_waits_with_its_reason_and_evidence(office: Office) -> None:
    (waiting,) = office.waiting()
    assert (waiting["kind"], waiting["choices"]) == ("review", ["approve", "reject"])
    assert waiting["reason"] == "receipts_and_totals_disagree"
    assert waiting["evidence"]
    assert shift_in_review(office)["outcome"] == "needs_review"
    office.load_again()
    assert [row["decision_id"] for row in office.waiting()] == [waiting["decision_id"]]
    office.check()


def test_approved_it_is_booked_from_its_sums(office: Office) -> None:
    shift = shift_in_review(office)
    done = office.resolve("approve")
    names = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")
    assert {o["operation"]: o["amount"] for o in office.live(shift)} == {n: shift[n] for n in names if shift[n]}
    for order in office.live(shift):
        assert (order["date"], order["status"], order["vat"]) == (DAY, "new", None)
        assert order["issued_decision_id"] == done.decision["decision_id"]
    now = office.shift_of(office.live(shift)[0])
    assert (now["outcome"], now["reason"]) == (
        "issued",
        reason(Reason.DECIDED, by="Анна", text="the till was counted", word="approve"),
    )
    office.check()
    before = office.town.books()
    office.load_again()
    assert office.town.books() == before


def test_rejected_it_is_never_booked(office: Office) -> None:
    shift = shift_in_review(office)
    office.resolve("reject", "a training till")
    for faults in (True, False):
        if not faults:
            office.town.sandbox.faults.clear()
        office.load_again()
        (now,) = [one for one in office.town.shifts() if one["shift_id"] == shift["shift_id"]]
        assert (now["outcome"], now["reason"]) == (
            "rejected",
            reason(Reason.REJECTED_BY, by="Анна", text="a training till"),
        )
        assert office.live(shift) == []
        office.check()


def test_it_waits_no_more_once_the_source_is_mended(office: Office) -> None:
    shift = shift_in_review(office)
    office.town.sandbox.faults.clear()
    office.load_again()
    assert office.waiting() == []
    assert office.live(shift) != []
    (reported,) = office.town.table("control.decision", "decision_id")
    assert (reported["resolution"], reported["resolved_by"]) == ("withdrawn", "rule")
    office.check()


def test_approved_after_its_period_was_closed_it_is_booked_on_the_first_open_day(office: Office) -> None:
    shift = shift_in_review(office)
    office.close(DAY)
    said = office.turnover(DAY)
    office.resolve("approve")
    assert office.turnover(DAY) == said
    assert {order["date"] for order in office.live(shift)} == {DAY + timedelta(days=1)}
    office.check()


def test_an_approval_without_an_account_rule_is_refused_whole(office: Office) -> None:
    office.town.sql("delete from control.account_rule where operation = 'cash_income'")
    with pytest.raises(WrongUse, match="no account rule fits cash_income"):
        office.resolve("approve")
    assert shift_in_review(office)["outcome"] == "needs_review"


def test_rejected_a_shift_that_has_orders_already_loses_them(office: Office) -> None:
    office.resolve("reject", "a training till")
    shift = next(one for one in office.town.shifts() if one["outcome"] == "issued")
    before = office.live(shift)
    assert before
    office.town.sql(
        "insert into control.decision (organization_inn, kind, shift_id, reason, kept, held, digest, evidence,"
        " decided_by, batch_id) select organization_inn, 'review', shift_id, 'no_link', '{}', '{}', 'y', '{}', 'rule',"
        " batch_id from accounting.shift where shift_id = %s",
        shift["shift_id"],
    )
    done = office.resolve("reject", "it was never opened")
    assert office.live(shift) == []
    assert sorted(done.reversed) == sorted(str(order["document_id"]) for order in before)
    (now,) = [one for one in office.town.shifts() if one["shift_id"] == shift["shift_id"]]
    assert now["outcome"] == "rejected"
