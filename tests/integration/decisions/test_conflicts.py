"""A source reports other sums after the accountant accepted: a person decides, and the answer is kept (DOMAIN 2, 4)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from smena.model.errors import BrokenPromise, WrongUse
from tests.integration.decisions.deciding import FIRST, LAST, MORE, Office

DAY = date(2025, 12, 29)
EXTRA = Decimal(MORE) / 100


def test_the_current_order_is_kept_and_the_same_difference_is_not_asked_again(office: Office) -> None:
    order, shift = office.a_sale(DAY)
    office.accept(*office.live(shift))
    office.report_changed(shift, MORE)
    office.load_again()
    (waiting,) = office.waiting()
    assert waiting["difference"] == {"cash_income": [float(shift["cash_income"]), float(shift["cash_income"] + EXTRA)]}
    assert waiting["evidence"] and waiting["choices"] == ["keep-ofd", "reverse"]
    office.check()
    before = office.town.books(but=["reason", "outcome", "decision_id"])

    done = office.resolve("keep-ofd", "the till was counted").decision
    assert (done["resolution"], done["resolved_by"], done["resolution_reason"]) == (
        "keep-ofd",
        "Анна",
        "the till was counted",
    )
    assert done["resolved_at"] is not None
    for _ in range(2):
        office.load_again()
        assert office.waiting() == []
    assert office.shift_of(order)["outcome"] == "issued"
    assert office.town.books(but=["reason", "outcome", "decision_id"]) == before
    office.check()

    office.report_changed(shift, 2 * MORE)
    office.load_again()
    (again,) = office.waiting()
    assert again["decision_id"] != waiting["decision_id"]
    office.check()


def test_a_reversal_issues_an_order_of_the_newly_reported_sums(office: Office) -> None:
    order, shift = office.a_sale(DAY)
    before = office.live(shift)
    office.accept(*before)
    office.report_changed(shift, MORE)
    office.load_again()
    done = office.resolve("reverse")
    assert {str(one) for one in done.reversed} == {str(one["document_id"]) for one in before}
    gone = office.order(order["document_id"])
    assert (gone["status"], gone["number"], gone["amount"]) == ("reversed", order["number"], order["amount"])
    assert (gone["status_by"], gone["reversed_on"]) == ("Анна", order["date"])
    fresh = {one["operation"]: one for one in office.live(shift)}
    assert len(fresh) == len(before) == len(done.issued)
    assert not {one["document_id"] for one in fresh.values()} & {one["document_id"] for one in before}
    sale = fresh["cash_income"]
    assert (sale["amount"], sale["date"], sale["status"]) == (order["amount"] + EXTRA, order["date"], "new")
    assert f"взамен ордера № {order['number']} от 29.12.2025" in sale["basis"]
    former = [o for o in office.town.orders() if (o["kind"], o["book_year"], o["issue"]) == ("pko", 2025, 1)]
    assert sale["number"] > max(o["number"] for o in former)
    now = office.shift_of(order)
    assert (now["outcome"], now["cash_income"]) == ("issued", shift["cash_income"] + EXTRA)
    office.check()

    earlier = office.town.books()
    office.load_again()
    assert office.town.books() == earlier
    kept = office.town.table("accounting.cash_order_history", "archived_at, document_id")
    assert {row["status"] for row in kept if row["document_id"] == order["document_id"]} == {"new", "accepted"}


def test_an_order_issued_anew_is_revised_like_any_other_until_it_is_accepted(office: Office) -> None:
    _, shift = office.a_sale(DAY)
    office.accept(*office.live(shift))
    office.report_changed(shift, MORE)
    office.load_again()
    office.resolve("reverse")
    (sale,) = [one for one in office.live(shift) if one["operation"] == "cash_income"]
    office.report_changed(shift, 2 * MORE)
    office.load_again()
    revised = office.order(sale["document_id"])
    assert (revised["amount"], revised["number"]) == (sale["amount"] + EXTRA, sale["number"])
    office.check()
    # The first content comes back after the second was accepted: it is asked again, though it was answered before.
    office.accept(*office.live(shift))
    office.town.sandbox.faults.clear()
    office.load_again()
    office.check()
    office.resolve("reverse")
    (sale,) = [one for one in office.live(shift) if one["operation"] == "cash_income"]
    assert (sale["amount"], sale["issue"]) == (shift["cash_income"], 3)
    office.check()


def test_cash_that_a_decision_reversed_and_that_comes_back_gets_an_order_of_its_own(office: Office) -> None:
    order, shift = office.a_sale(DAY)
    office.accept(*office.live(shift))
    office.report_changed(shift, -int(shift["cash_income"] * 100))
    office.load_again()
    office.resolve("reverse")
    assert "cash_income" not in {one["operation"] for one in office.live(shift)}
    office.check()
    office.town.sandbox.faults.clear()
    office.load_again()
    (sale,) = [one for one in office.live(shift) if one["operation"] == "cash_income"]
    assert (sale["amount"], sale["issue"]) == (order["amount"], 2)
    assert office.order(order["document_id"])["status"] == "reversed"
    office.check()


def test_in_a_closed_period_a_reversal_counts_on_the_first_open_day_and_the_period_keeps_its_turnover(
    office: Office,
) -> None:
    order, shift = office.a_sale(DAY)
    closed = date(2025, 12, 31)
    office.accept(*office.live(shift))
    office.close(closed)
    said = office.turnover(closed)
    office.report_changed(shift, MORE)
    office.load_again()
    office.check()
    office.resolve("reverse")
    assert office.turnover(closed) == said
    first_open = closed + timedelta(days=1)
    gone = office.order(order["document_id"])
    assert (gone["status"], gone["reversed_on"], gone["date"]) == ("reversed", first_open, order["date"])
    for fresh in office.live(shift):
        assert (fresh["date"], fresh["book_year"]) == (first_open, 2026)
        assert "за 29.12.2025: период закрыт по 31.12.2025" in fresh["basis"]
    office.check()
    office.load_again()
    assert office.waiting() == []
    office.check()


def test_in_a_closed_period_the_current_order_may_be_kept(office: Office) -> None:
    order, shift = office.a_sale(DAY)
    office.close(DAY)
    office.report_changed(shift, MORE)
    office.load_again()
    office.resolve("keep-ofd")
    assert office.shift_of(order)["outcome"] == "issued"
    # Nor is it asked, or revised, once the period is open.
    office.open()
    office.load_again()
    assert office.order(order["document_id"])["amount"] == order["amount"]
    office.check()


def test_a_source_that_reports_the_former_sums_again_closes_the_conflict(office: Office) -> None:
    order, shift = office.a_sale(DAY)
    office.accept(order)
    office.report_changed(shift, MORE)
    office.load_again()
    office.report_changed(shift, 2 * MORE)
    office.load_again()
    (waiting,) = office.waiting()
    assert waiting["difference"]["cash_income"][1] == float(shift["cash_income"] + 2 * EXTRA)
    office.town.sandbox.faults.clear()
    office.load_again()
    assert office.waiting() == []
    assert office.shift_of(order)["outcome"] == "issued"
    rows = office.town.table("control.decision", "decision_id")
    assert [(row["resolution"], row["resolved_by"]) for row in rows] == [("superseded", "rule"), ("withdrawn", "rule")]
    office.check()


def test_a_decision_is_answered_once_with_an_allowed_word_and_a_reason(office: Office) -> None:
    order, shift = office.a_sale(DAY)
    office.accept(order)
    office.report_changed(shift, MORE)
    office.load_again()
    for word in ("keep-market", "both", "approve", "reject"):
        with pytest.raises(WrongUse, match="choose one of: keep-ofd, reverse"):
            office.resolve(word)
    with pytest.raises(WrongUse, match="needs a reason"):
        office.resolve("reverse", " ")
    (waiting,) = office.waiting()
    office.resolve("keep-ofd")
    office.waiting = lambda: [waiting]  # type: ignore[method-assign]
    with pytest.raises(WrongUse, match="resolved already: keep-ofd, by Анна"):
        office.resolve("reverse")


def test_a_reversal_before_the_start_in_force_is_refused_whole(office: Office) -> None:
    order, shift = office.a_sale(DAY)
    office.accept(order)
    office.report_changed(shift, MORE)
    office.load_again()
    office.town.disable()
    office.town.enable(LAST)
    before = office.town.books()
    with pytest.raises(WrongUse, match="before the start of the integration"):
        office.resolve("reverse")
    assert office.town.books() == before
    assert len(office.waiting()) == 1


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("update accounting.cash_order set status = 'reversed' where status = 'accepted'", "cannot become reversed"),
        ("update accounting.cash_order set status = 'new' where status = 'accepted'", "cannot become new"),
        ("update accounting.cash_order set status = 'rejected' where status = 'accepted'", "cannot become rejected"),
        (
            "update accounting.cash_order set status = 'reversed', reversed_on = date,"
            " reversed_decision_id = (select min(decision_id) from control.decision) where status = 'accepted'",
            "no decision about its shift reverses it",
        ),
        ("update control.decision set held = '{}'", "what was decided stays"),
        ("delete from control.decision", "history is kept"),
        ("update control.decision set state = 'resolved'", "a_resolution_is_signed"),
    ],
)
def test_the_database_refuses_changes_that_bypass_a_decision(office: Office, statement: str, why: str) -> None:
    order, shift = office.a_sale(FIRST)
    office.accept(order)
    office.report_changed(shift, MORE)
    office.load_again()
    assert len(office.waiting()) == 1
    with pytest.raises(BrokenPromise, match=why):
        office.town.sql(statement)
